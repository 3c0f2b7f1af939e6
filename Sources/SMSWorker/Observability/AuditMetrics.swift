internal import EventLoop
package import Metrics
internal import Requests
internal import SMSPipeline
package import Time

/// What `audit --follow` counts.
package struct AuditMetrics: Sendable {
    package let registry: MetricsRegistry
    package let restarts: Counter
    private let findings: [AuditFinding.Guarantee: Counter]
    private let requests: Counter
    private let remembered: Gauge
    private let lastPass: Gauge

    package init(_ registry: MetricsRegistry = MetricsRegistry()) {
        self.registry = registry
        findings = Dictionary(
            uniqueKeysWithValues: AuditFinding.Guarantee.allCases.map {
                ($0, registry.counter(MetricCatalog.auditFindings, ["guarantee": $0.rawValue]))
            })
        requests = registry.counter(MetricCatalog.auditRequests)
        remembered = registry.gauge(MetricCatalog.auditRemembered)
        restarts = registry.counter(MetricCatalog.auditRestarts)
        lastPass = registry.gauge(MetricCatalog.auditPassed)
    }

    package func found(_ finding: AuditFinding) { findings[finding.guarantee]?.increment() }

    /// - Parameter requests: judged in this pass.
    package func passed(requests: Int, remembered: Int, at now: WallTime) {
        self.requests.increment(by: requests)
        self.remembered.set(Double(remembered))
        lastPass.set(Double(now.milliseconds) / 1_000)
    }
}
