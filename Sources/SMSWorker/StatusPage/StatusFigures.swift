package import Metrics
internal import Requests

/// The page's view of the metrics: the same handles, read when somebody looks.
package struct StatusFigures: Sendable {
    /// What only grows, from the start of the process on.
    package struct Totals: Equatable, Sendable {
        package var read: UInt64 = 0
        package var admitted: UInt64 = 0
        package var attempts: UInt64 = 0
        package var retries: UInt64 = 0
        package var polls: UInt64 = 0
        package var spent: UInt64 = 0
        /// Status events, by raw value of the status, from 1.
        package var events: [UInt64] = []
        /// By the names of the metric.
        package var outcomes: [String: UInt64] = [:]

        package init() {}
    }

    package struct Times: Equatable, Sendable {
        package var firstEvent: TimeSummary
        package var answer: TimeSummary
        package var delivered: TimeSummary
        package var failed: TimeSummary
        package var commit: TimeSummary
    }

    static let outcomes = ["accepted", "refused", "account", "not_sent", "unknown"]

    private let registry: MetricsRegistry

    package init(_ registry: MetricsRegistry) { self.registry = registry }

    package var totals: Totals {
        var totals = Totals()
        totals.read = registry.counter(MetricCatalog.consumed).value
        totals.admitted = registry.counter(MetricCatalog.admitted).value
        totals.attempts = registry.counter(MetricCatalog.attempts).value
        totals.retries = registry.counter(MetricCatalog.retries).value
        totals.polls = registry.counter(MetricCatalog.polls).value
        totals.spent = registry.counter(MetricCatalog.spent).value
        totals.events = MessageStatus.allCases.map { registry.counter(MetricCatalog.events, ["status": "\($0.name)"]).value }
        for outcome in Self.outcomes { totals.outcomes[outcome] = registry.counter(MetricCatalog.outcomes, ["outcome": outcome]).value }
        return totals
    }

    package var times: Times {
        func ended(_ status: MessageStatus) -> TimeSummary {
            TimeSummary(registry.histogram(MetricCatalog.deliveryTime, ["status": "\(status.name)"]))
        }
        return Times(
            firstEvent: TimeSummary(registry.histogram(MetricCatalog.firstEvent)),
            answer: TimeSummary(registry.histogram(MetricCatalog.requestTime, ["endpoint": "send", "outcome": "accepted"])),
            delivered: ended(.delivered), failed: ended(.failed), commit: TimeSummary(registry.histogram(MetricCatalog.commitTime)))
    }
}
