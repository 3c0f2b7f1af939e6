import Metrics
import Testing
import Time

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

struct WorkerMetricsTests {
    private func lines(_ metrics: WorkerMetrics) -> [Substring] {
        String(decoding: metrics.registry.renderPrometheus(), as: UTF8.self).split(separator: "\n")
    }

    @Test func everyNameIsOursAndSaysItsUnit() {
        let types = lines(WorkerMetrics()).filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ") }
        #expect(types.count > 30)
        for type in types {
            let name = type[2]
            #expect(name.hasPrefix("rocketsms_"))
            switch type[3] {
            case "counter": #expect(name.hasSuffix("_total"), "\(name)")
            case "histogram": #expect(name.hasSuffix("_seconds"), "\(name)")
            default: #expect(!name.hasSuffix("_total"), "\(name)")
            }
        }
    }

    @Test func everySeriesIsThereFromTheStart() {
        let before = lines(WorkerMetrics())
        let metrics = WorkerMetrics()
        for code in DeadLetterCode.allCases { metrics.deadLettered(code) }
        metrics.count(.unknown(reason: "timeout"))
        metrics.count(event(.failed, code: "BAD_PHONE"))
        metrics.committed(records: 3, in: .milliseconds(7))
        #expect(lines(metrics).count == before.count)  // no label is born at run time: alerts see zeros, not absence
    }

    private func event(_ status: MessageStatus, code: String?, isFinal: Bool = true, isPossibleDuplicate: Bool = false) -> EntryEvent {
        EntryEvent(
            status: status, isFinal: isFinal, sequence: 1, attempt: 1,
            reason: code.map { EntryEvent.Reason(code: $0, kind: .refused, message: nil) },
            isPossibleDuplicate: isPossibleDuplicate)
    }

    @Test func eventsAreCountedByStatusAndFailuresByReason() {
        let metrics = WorkerMetrics()
        metrics.count(event(.queued, code: nil, isFinal: false))
        metrics.count(event(.delivered, code: nil, isPossibleDuplicate: true))
        metrics.count(event(.failed, code: "EXPIRED"))
        metrics.count(event(.failed, code: "SOME_CODE_OF_THE_PROVIDER"))
        metrics.count(event(.sent, code: "TRACKING_EXPIRED"))
        let text = lines(metrics)
        #expect(text.contains("rocketsms_events_total{status=\"QUEUED\"} 1"))
        #expect(text.contains("rocketsms_events_total{status=\"DELIVERED\"} 1"))
        #expect(text.contains("rocketsms_events_total{status=\"FAILED\"} 2"))
        #expect(text.contains("rocketsms_failed_total{reason=\"EXPIRED\"} 1"))
        #expect(text.contains("rocketsms_failed_total{reason=\"PROVIDER\"} 1"))
        #expect(text.contains("rocketsms_failed_total{reason=\"TRACKING_EXPIRED\"} 0"))
        #expect(text.contains("rocketsms_possible_duplicates_total 1"))
    }

    @Test func outcomesAndTransactionsAreCounted() {
        let metrics = WorkerMetrics()
        metrics.count(.notSent(reason: "no connection", retryAfter: nil, isAnswer: false))
        metrics.count(.account(.credit, code: "NO_CREDIT"))
        metrics.deadLettered(.badPhone)
        metrics.committed(records: 3, in: .milliseconds(7))
        metrics.firstEvent(after: .seconds(2))
        let text = lines(metrics)
        #expect(text.contains("rocketsms_attempt_outcomes_total{outcome=\"not_sent\"} 1"))
        #expect(text.contains("rocketsms_attempt_outcomes_total{outcome=\"account\"} 1"))
        #expect(text.contains("rocketsms_dead_letters_total{code=\"BAD_PHONE\"} 1"))
        #expect(text.contains("rocketsms_transaction_records_total 3"))
        #expect(text.contains("rocketsms_commit_seconds_sum 0.007"))
        #expect(text.contains("rocketsms_first_event_seconds_count 1"))
    }
}
