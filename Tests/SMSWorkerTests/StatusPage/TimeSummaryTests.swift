import Metrics
import Testing

@testable import SMSWorker

@Suite struct TimeSummaryTests {
    @Test func nothingMeasuredIsNotKnown() {
        let none = TimeSummary(counts: [0, 0, 0], bounds: [1, 2])
        #expect(none.count == 0 && none.median == nil && none.late == nil)
    }

    @Test func aShareLiesWithinItsBucket() {
        let times = TimeSummary(counts: [10, 10, 0], bounds: [1, 3])
        #expect(times.count == 20 && times.median == 1)
        #expect(times.late.map { abs($0 - 2.8) < 1e-9 } == true)
        #expect(TimeSummary(counts: [0, 4, 0], bounds: [1, 3]).median == 2)
    }

    @Test func whatIsBeyondTheLastBoundIsAtLeastThat() {
        #expect(TimeSummary(counts: [0, 0, 5], bounds: [1, 3]).median == 3)
    }

    @Test func aHistogramIsReadAsItStands() {
        let metrics = WorkerMetrics()
        for _ in 0..<100 { metrics.events.firstEvent(after: .milliseconds(40)) }
        let times = StatusFigures(metrics.registry).times.firstEvent
        #expect(times.count == 100)
        #expect(times.median.map { $0 > 0.025 && $0 <= 0.05 } == true)
    }
}
