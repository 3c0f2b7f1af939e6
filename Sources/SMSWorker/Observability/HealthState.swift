internal import EventLoop
internal import JSON
internal import Requests
package import SMSPipeline
internal import Synchronization
package import Time

/// What the worker says of itself: written by the pipeline at each tick and at each change, read by the admin server's thread.
package final class HealthState: Sendable {
    package struct Partitions: Equatable, Sendable {
        package var assigned: Int
        package var open: Int

        package init(assigned: Int, open: Int) {
            self.assigned = assigned
            self.open = open
        }
    }

    package struct Snapshot: Equatable, Sendable {
        package var isReady: Bool
        /// One sentence; nil while ready.
        package var reason: String?
        /// `ok`, or what the account is paused for.
        package var account: String
        /// `closed`, `open` or `half-open`.
        package var breaker: String
        /// The code by which message after message is refused, so that they are tried one by one.
        package var refusals: String?
        package var partitions: Partitions

        package init(
            isReady: Bool, reason: String?, account: String, breaker: String, refusals: String? = nil, partitions: Partitions
        ) {
            self.isReady = isReady
            self.reason = reason
            self.account = account
            self.breaker = breaker
            self.refusals = refusals
            self.partitions = partitions
        }

        package init(_ report: HealthReport) {
            let account =
                switch report.account {
                case nil: "ok"
                case .credentials: "bad credentials"
                case .credit: "no credit"
                }
            self.init(
                isReady: report.reason == nil, reason: report.reason, account: account, breaker: report.breaker.rawValue,
                refusals: report.refusals, partitions: Partitions(assigned: report.assigned, open: report.open))
        }

        /// In characters: what a broker or a ledger says may stand in it.
        private static let longestReason = 1_024

        /// The body of `/readyz`: an object with these six members in this order, `reason` and `refusals` null where there is none.
        package var json: [UInt8] {
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("ready", isReady)
            writer.key("reason")
            if let reason { writer.string(Printable.clipped(reason, to: Self.longestReason)) } else { writer.null() }
            writer.member("account", account)
            writer.member("breaker", breaker)
            writer.key("refusals")
            if let refusals { writer.string(refusals) } else { writer.null() }
            writer.key("partitions")
            writer.beginObject()
            writer.member("assigned", partitions.assigned)
            writer.member("open", partitions.open)
            writer.endObject()
            writer.endObject()
            return Printable.json(writer.bytes)
        }
    }

    private struct State {
        var snapshot: Snapshot
        var updatedAt: MonotonicInstant?
    }

    /// The pipeline tells its state each second. After this long without, it is stuck and the process better restarted.
    package static let longestSilence = Duration.seconds(60)

    private let state: Mutex<State>

    /// Not ready: starting.
    package init() {
        let starting = Snapshot(
            isReady: false, reason: "starting", account: "ok", breaker: "closed", partitions: Partitions(assigned: 0, open: 0))
        state = Mutex(State(snapshot: starting))
    }

    package var snapshot: Snapshot { state.withLock { $0.snapshot } }

    package func update(_ snapshot: Snapshot, at now: MonotonicInstant = .now) {
        state.withLock { $0 = State(snapshot: snapshot, updatedAt: now) }
    }

    /// Whether the pipeline still turns; true before it has begun.
    package func isAlive(at now: MonotonicInstant) -> Bool {
        state.withLock { state in state.updatedAt.map { now - $0 <= Self.longestSilence } ?? true }
    }
}
