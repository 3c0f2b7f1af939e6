internal import Metrics
internal import Requests
package import SMSPipeline

/// What the pipeline says of itself each second, as gauges.
package struct StateMetrics: Sendable {
    private let ready: Gauge
    private let partitionsOwned: Gauge
    private let partitionsClosed: Gauge
    private let waiting: Gauge
    private let waitingFor: WaitingFor
    private let oldestDue: (priority: Gauge, bulk: Gauge)
    private let sending: Gauge
    private let inFlight: Gauge
    private let held: Gauge
    private let tracking: Gauge
    private let trackingBytes: Gauge
    private let closedIDs: Gauge
    private let accountPaused: Gauge
    private let doorShut: Gauge
    private let credits: Gauge
    private let creditTime: Gauge
    private let breakerOpen: Gauge
    private let refusalsNarrow: Gauge
    private let sends: Side
    private let polls: Side

    init(_ registry: MetricsRegistry) {
        ready = registry.gauge(MetricCatalog.ready)
        partitionsOwned = registry.gauge(MetricCatalog.partitionsOwned)
        partitionsClosed = registry.gauge(MetricCatalog.partitionsClosed)
        waiting = registry.gauge(MetricCatalog.waiting)
        waitingFor = WaitingFor(registry)
        oldestDue = (
            registry.gauge(MetricCatalog.oldestDue, ["lane": "priority"]), registry.gauge(MetricCatalog.oldestDue, ["lane": "bulk"])
        )
        sending = registry.gauge(MetricCatalog.sending)
        inFlight = registry.gauge(MetricCatalog.inFlight)
        held = registry.gauge(MetricCatalog.held)
        tracking = registry.gauge(MetricCatalog.tracking)
        trackingBytes = registry.gauge(MetricCatalog.trackingBytes)
        closedIDs = registry.gauge(MetricCatalog.closedIDs)
        accountPaused = registry.gauge(MetricCatalog.accountPaused)
        doorShut = registry.gauge(MetricCatalog.doorShut)
        credits = registry.gauge(MetricCatalog.credits)
        creditTime = registry.gauge(MetricCatalog.creditTime)
        breakerOpen = registry.gauge(MetricCatalog.breakerOpen)
        refusalsNarrow = registry.gauge(MetricCatalog.refusalsNarrow)
        sends = Side(registry, endpoint: "send")
        polls = Side(registry, endpoint: "status")
        credits.set(Double.nan)
        creditTime.set(Double.nan)
    }

    package func show(_ report: HealthReport) {
        ready.set(report.reason == nil)
        partitionsOwned.set(report.assigned)
        partitionsClosed.set(report.assigned - report.open)
        waiting.set(report.waiting.total)
        waitingFor.show(report.waiting)
        oldestDue.priority.set(report.oldestDue.priority / .seconds(1))
        oldestDue.bulk.set(report.oldestDue.bulk / .seconds(1))
        sending.set(report.sending)
        inFlight.set(report.running)
        held.set(report.held)
        tracking.set(report.tracking)
        trackingBytes.set(report.trackingBytes)
        closedIDs.set(report.closedIDs)
        accountPaused.set(report.account != nil)
        doorShut.set(report.door != .open)
        credits.set(report.credits.map(Double.init) ?? .nan)
        creditTime.set(report.creditHours.map { $0 * 3_600 } ?? .nan)
        breakerOpen.set(report.breaker != .closed)
        refusalsNarrow.set(report.refusals != nil)
        sends.show(report.sends)
        polls.show(report.polls)
    }

    private struct WaitingFor: Sendable {
        let due: Gauge
        let account: Gauge
        let key: Gauge
        let backoff: Gauge
        let schedule: Gauge

        init(_ registry: MetricsRegistry) {
            func gauge(_ reason: String) -> Gauge { registry.gauge(MetricCatalog.waitingBy, ["reason": reason]) }
            due = gauge("due")
            account = gauge("account")
            key = gauge("key")
            backoff = gauge("backoff")
            schedule = gauge("schedule")
        }

        func show(_ waiting: WaitingCounts) {
            due.set(waiting.due)
            account.set(waiting.account)
            key.set(waiting.key)
            backoff.set(waiting.backoff)
            schedule.set(waiting.schedule)
        }
    }

    private struct Side: Sendable {
        let width: Gauge
        let failures: Gauge

        init(_ registry: MetricsRegistry, endpoint: String) {
            width = registry.gauge(MetricCatalog.paceWidth, ["endpoint": endpoint])
            failures = registry.gauge(MetricCatalog.paceFailures, ["endpoint": endpoint])
        }

        func show(_ side: HealthReport.Side) {
            width.set(side.width)
            failures.set(side.failures)
        }
    }
}
