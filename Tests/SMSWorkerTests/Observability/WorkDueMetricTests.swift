import Metrics
import Requests
import Testing

@testable import SMSPipeline
@testable import SMSWorker

@Suite struct WorkDueMetricTests {
    private let registry = MetricsRegistry()
    private let metric: WorkDueMetric

    init() { metric = WorkDueMetric(registry) }

    private var shown: Double { registry.gauge(MetricCatalog.workDue).value }

    @Test func unreadAndDueNothingElseAndNoneWhileTheAccountIsPaused() {
        #expect(shown == 0)
        metric.show(lag: ["sms.requests": 500, "sms.codes": 7])
        #expect(shown == 507)
        var report = HealthReport()
        (report.waiting.due, report.waiting.schedule, report.waiting.key, report.waiting.backoff) = (3, 1_000, 100, 10)
        metric.show(report)
        #expect(shown == 510)
        report.account = .credit
        metric.show(report)
        metric.show(lag: ["sms.requests": 20_000])
        #expect(shown == 0)
        report.account = nil
        metric.show(report)
        #expect(shown == 20_003)
        metric.show(lag: [:])
        #expect(shown == 3)
    }

    @Test func sumsOfAnySizeAreOne() {
        metric.show(lag: ["a": .max, "b": .max])
        #expect(shown == Double(Int64.max))
    }
}
