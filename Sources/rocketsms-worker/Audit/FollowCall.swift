internal import EventLoop
internal import HTTPServer
internal import JSON
internal import Kafka
internal import Metrics
internal import Requests
internal import SMSPipeline
internal import SMSWorker
internal import Time

/// `audit --follow`: tells each finding as it comes, and shows what it counts to Prometheus.
struct FollowCall: Sendable {
    let goesOn: Bool
    /// Nil: none is opened; 0: any free one.
    let metricsPort: Int?
    let printsJSON: Bool

    func run(_ configuration: WorkerConfiguration, _ console: Console) async throws -> ExitStatus {
        let (metrics, health) = (AuditMetrics(), HealthState())
        let admin = try open(configuration.admin, metrics, health)
        defer { admin?.stop() }
        if let admin { console.note("Metrics: http://\(configuration.admin.host):\(admin.port)/metrics") }
        let stop = StopFlag()
        let signals = Signals { stop.set() }
        defer { withExtendedLifetime(signals) {} }
        let found = try await Blocking.run { [self] in try follow(Cluster(configuration), console, metrics, health, stop) }
        return found == 0 ? .done : .findings
    }

    private func open(_ admin: WorkerConfiguration.Admin, _ metrics: AuditMetrics, _ health: HealthState) throws -> AdminServer? {
        guard let metricsPort else { return nil }
        do throws(HTTPServerError) {
            return try AdminServer(host: admin.host, port: metricsPort, token: admin.token, health: health, registry: metrics.registry)
        } catch {
            throw CommandFailure(.configuration, "--metrics-port, ADMIN_HOST: \(error.description).")
        }
    }

    /// - Returns: how many findings there were.
    private func follow(
        _ cluster: Cluster, _ console: Console, _ metrics: AuditMetrics, _ health: HealthState, _ stop: StopFlag
    ) throws -> Int {
        var reader = try FollowReader(cluster, stop: stop)
        var (found, judged, isTold) = (0, 0, false)
        var partitions = 0
        try reader.run { news in
            switch news {
            case .began(let count):
                (partitions, judged) = (count, 0)
                console.note("Following \(count) partitions from now on; what was before, `audit` without --follow judges.")
            case .passed(let findings, let counts, let remembered):
                isTold = false
                for finding in findings {
                    metrics.found(finding)
                    try printsJSON ? console.print(json: AuditCommand.json(finding)) : console.print(AuditCommand.line(finding))
                }
                found += findings.count
                metrics.passed(requests: counts.judged - judged, remembered: remembered, at: .now)
                judged = counts.judged
                health.update(Self.snapshot(nil, partitions))
                return goesOn || found == 0
            case .restarted(let reason):
                metrics.restarts.increment()
                console.note("It begins anew, and what lies between is not judged: \(reason).")
            case .trouble(let error):
                health.update(Self.snapshot("Kafka: \(error.description)", partitions))
                if !isTold { console.note("Kafka: \(error.description). It goes on when that has passed.") }
                isTold = true
            }
            return true
        }
        if stop.isSet { console.note("Stopped; \(found) findings.") }
        return found
    }

    private static func snapshot(_ reason: String?, _ partitions: Int) -> HealthState.Snapshot {
        HealthState.Snapshot(
            isReady: reason == nil, reason: reason, account: "ok", breaker: "closed",
            partitions: HealthState.Partitions(assigned: partitions, open: partitions))
    }
}
