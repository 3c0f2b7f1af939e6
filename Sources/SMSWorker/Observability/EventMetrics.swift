internal import Metrics
package import Requests

/// What is published.
package struct EventMetrics: Sendable {
    /// By raw value of the status, from 1.
    private let events: [Counter]
    private let deliveryTimes: [Histogram]
    private let failures: [String: Counter]
    private let failuresByProvider: Counter
    private let possibleDuplicates: Counter
    private let firstEvent: Histogram

    init(_ registry: MetricsRegistry) {
        events = MessageStatus.allCases.map { registry.counter(MetricCatalog.events, ["status": "\($0.name)"]) }
        deliveryTimes = MessageStatus.allCases.map { registry.histogram(MetricCatalog.deliveryTime, ["status": "\($0.name)"]) }
        failures = Dictionary(
            uniqueKeysWithValues: Self.reasons.map {
                ($0.code, registry.counter(MetricCatalog.failed, ["reason": $0.code, "kind": $0.kind.rawValue]))
            })
        guard let provider = failures[Self.provider] else { preconditionFailure("the provider's codes have a counter") }
        failuresByProvider = provider
        possibleDuplicates = registry.counter(MetricCatalog.possibleDuplicates)
        firstEvent = registry.histogram(MetricCatalog.firstEvent)
    }

    static let provider = "PROVIDER"

    /// What FAILED events give as their reason, each with its kind: our own codes, and one name for all of the provider's.
    package static let reasons: [(code: String, kind: EntryEvent.Reason.Kind)] = [
        ("EXPIRED", .expired), ("OUTCOME_UNKNOWN", .unknown), ("CANCELLED", .cancelled), ("PROVIDER_FAILED", .undelivered),
        ("RESOLVED", .resolved), ("TOO_MANY_PARTS", .refused), ("NOT_SENDABLE", .refused), ("SENDER_NOT_ALLOWED", .refused),
        (provider, .refused),
    ]

    package func count(_ event: EntryEvent) {
        events[Int(event.status.rawValue) - 1].increment()
        guard event.isFinal else { return }
        if event.isPossibleDuplicate { possibleDuplicates.increment() }
        if event.status == .failed { (event.reason.flatMap { failures[$0.code] } ?? failuresByProvider).increment() }
    }

    /// - Parameter latency: from the timestamp of the request's record, or from `sendAt` where the worker waited for that.
    package func firstEvent(after latency: Duration) { firstEvent.observe(latency) }

    package func ended(_ status: MessageStatus, after acceptance: Duration) { deliveryTimes[Int(status.rawValue) - 1].observe(acceptance) }
}
