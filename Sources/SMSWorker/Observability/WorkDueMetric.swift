package import Metrics
internal import Requests
package import SMSPipeline
internal import Synchronization
internal import Time

/// What an autoscaler goes by: work that more workers would do sooner. An autoscaler that takes the larger of several figures (the one of
/// Kubernetes) cannot be told that one of them counts only while another is 0, so it is worked out here.
package final class WorkDueMetric: Sendable {
    private struct Parts {
        var unread: Int64 = 0
        var due: Int64 = 0
        var isPaused = false

        var sum: Double { isPaused ? 0 : Double(unread.clampedSum(due)) }
    }

    private let gauge: Gauge
    private let parts = Mutex(Parts())

    package init(_ registry: MetricsRegistry) { gauge = registry.gauge(MetricCatalog.workDue) }

    /// What the pipeline says each second.
    package func show(_ report: HealthReport) {
        change {
            $0.due = Int64(report.waiting.due)
            $0.isPaused = report.account != nil
        }
    }

    /// - Parameter lag: by topic, records behind; what is not known counts for nothing.
    package func show(lag: [String: Int64]) {
        change { $0.unread = lag.values.reduce(0) { $0.clampedSum($1) } }
    }

    private func change(_ edit: (inout Parts) -> Void) {
        parts.withLock {
            edit(&$0)
            gauge.set($0.sum)
        }
    }
}
