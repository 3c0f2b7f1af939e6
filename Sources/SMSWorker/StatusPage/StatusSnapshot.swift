internal import Requests
package import SMSPipeline
package import Time

/// What the page shows, as one value: projected once from what the pipeline says of itself and from the metrics.
package struct StatusSnapshot: Equatable, Sendable {
    /// Which of the replicas this is.
    package struct Identity: Equatable, Sendable {
        package var version: String
        package var group: String
        /// The stem of its transactional ids: a pod's name, a host's name.
        package var name: String

        package init(version: String, group: String, name: String) {
            self.version = version
            self.group = group
            self.name = name
        }
    }

    package struct Failure: Equatable, Sendable {
        package var code: String
        package var kind: String
        package var count: Int
        /// Seconds since the last one.
        package var ago: Int
    }

    /// Partitions that are listed one by one, at most: those first that somebody must look at.
    package static let mostPartitions = 100

    package var identity: Identity
    package var at: WallTime
    package var uptime: Duration
    package var state: WorkerState
    package var totals: StatusFigures.Totals
    package var times: StatusFigures.Times
    /// Nil before the pipeline has said anything.
    package var detail: PipelineDetail?
    package var partitions: [PipelineDetail.Partition]
    package var failures: [Failure]

    /// - Parameters:
    ///   - detail: the pipeline's last word on itself.
    ///   - silence: how long ago that was.
    package init(
        identity: Identity, detail: WorkerDetail?, silence: Duration, totals: StatusFigures.Totals, times: StatusFigures.Times,
        startedAt: MonotonicInstant, now: Now
    ) {
        self.identity = identity
        at = WallTime(milliseconds: now.wall)
        uptime = now.monotonic - startedAt
        self.totals = totals
        self.times = times
        self.detail = detail?.pipeline
        state =
            silence < Self.longestSilence
            ? detail.map { WorkerState($0.pipeline.health) } ?? .starting : .silent(for: Int(silence / .seconds(1)))
        partitions = Self.worstFirst(detail?.pipeline.partitions ?? [])
        failures = (detail?.failures ?? []).map {
            Failure(code: $0.code, kind: $0.kind, count: $0.count, ago: max(0, Int((now.monotonic - $0.lastAt) / .seconds(1))))
        }
    }

    static let longestSilence = Duration.seconds(5)

    private static func worstFirst(_ partitions: [PipelineDetail.Partition]) -> [PipelineDetail.Partition] {
        guard partitions.count > mostPartitions else { return partitions }
        func rank(_ one: PipelineDetail.Partition) -> Int64 {
            switch one.state {
            case .closed: .max
            case .open where one.reason != nil: .max - 1
            case .restoring, .draining: .max - 2
            case .open: (one.lag ?? 0).clampedSum(Int64(one.waiting))
            }
        }
        let worst = partitions.sorted { rank($0) == rank($1) ? $0.key < $1.key : rank($0) > rank($1) }
        return worst.prefix(mostPartitions).sorted { $0.key < $1.key }
    }
}
