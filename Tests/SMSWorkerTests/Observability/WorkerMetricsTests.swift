import Kafka
import Metrics
import Testing
import Time

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

struct WorkerMetricsTests {
    private func lines(_ metrics: WorkerMetrics) -> [Substring] {
        String(decoding: MetricsText.prometheus.render(metrics.registry), as: UTF8.self).split(separator: "\n")
    }

    @Test func everySeriesIsThereFromTheStart() {
        let before = lines(WorkerMetrics())
        let metrics = WorkerMetrics()
        for code in DeadLetterCode.allCases { metrics.reading.deadLettered(code) }
        metrics.sending.count(.unknown(reason: "timeout"))
        metrics.events.count(event(.failed, code: "BAD_PHONE"))
        metrics.ledger.committed(records: 3, in: .milliseconds(7))
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
        metrics.events.count(event(.queued, code: nil, isFinal: false))
        metrics.events.count(event(.delivered, code: nil, isPossibleDuplicate: true))
        metrics.events.count(event(.failed, code: "EXPIRED"))
        metrics.events.count(event(.failed, code: "SOME_CODE_OF_THE_PROVIDER"))
        metrics.events.count(event(.sent, code: "TRACKING_EXPIRED"))
        metrics.events.ended(.delivered, after: .seconds(90))
        let text = lines(metrics)
        #expect(text.contains("rocketsms_events_total{status=\"QUEUED\"} 1"))
        #expect(text.contains("rocketsms_events_total{status=\"DELIVERED\"} 1"))
        #expect(text.contains("rocketsms_events_total{status=\"FAILED\"} 2"))
        #expect(text.contains("rocketsms_failed_total{reason=\"EXPIRED\",kind=\"expired\"} 1"))
        #expect(text.contains("rocketsms_failed_total{reason=\"PROVIDER\",kind=\"refused\"} 1"))
        #expect(text.contains("rocketsms_possible_duplicates_total 1"))
        #expect(text.contains("rocketsms_delivery_seconds_bucket{status=\"DELIVERED\",le=\"120\"} 1"))
        #expect(text.contains("rocketsms_delivery_seconds_bucket{status=\"DELIVERED\",le=\"60\"} 0"))
    }

    @Test func outcomesAndTransactionsAreCounted() {
        let metrics = WorkerMetrics()
        metrics.sending.count(.notSent(reason: "no connection", retryAfter: nil, isAnswer: false))
        metrics.sending.count(.account(.credit, code: "NO_CREDIT"))
        metrics.sending.answered(AttemptOutcome.account(.credit, code: "NO_CREDIT"), after: .milliseconds(20))
        metrics.sending.answered(PollOutcome.failed(reason: "no answer", retryAfter: nil), after: .seconds(15))
        metrics.reading.deadLettered(.badPhone)
        metrics.ledger.committed(records: 3, in: .milliseconds(7))
        metrics.events.firstEvent(after: .seconds(2))
        let text = lines(metrics)
        #expect(text.contains("rocketsms_attempt_outcomes_total{outcome=\"not_sent\"} 1"))
        #expect(text.contains("rocketsms_attempt_outcomes_total{outcome=\"account\"} 1"))
        #expect(text.contains("rocketsms_provider_request_seconds_count{endpoint=\"send\",outcome=\"account\"} 1"))
        #expect(text.contains("rocketsms_provider_request_seconds_sum{endpoint=\"status\",outcome=\"unknown\"} 15"))
        #expect(text.contains("rocketsms_dead_letters_total{code=\"BAD_PHONE\"} 1"))
        #expect(text.contains("rocketsms_transaction_records_total 3"))
        #expect(text.contains("rocketsms_commit_seconds_sum 0.007"))
        #expect(text.contains("rocketsms_first_event_seconds_count 1"))
        #expect(text.contains { $0.hasPrefix("rocketsms_last_commit_timestamp_seconds 1") })
    }

    @Test(arguments: [("2", 2), ("0", 0), ("", 0), ("1.5", 0), ("-1", 0), ("99999999999999999999", 0), ("100", 100)])
    func creditsSpentAreTheProvidersOwn(_ literal: String, _ counted: Int) {
        let metrics = WorkerMetrics()
        let cost = Echo.Cost(credits: Array(literal.utf8), money: Array("0.2".utf8))
        metrics.sending.count(.accepted(Acceptance(messageIDs: ["1"], status: .known(.sent), cost: cost)))
        metrics.sending.count(.accepted(Acceptance(messageIDs: ["2"], status: .known(.sent), cost: nil)))
        #expect(lines(metrics).contains("rocketsms_credits_spent_total \(counted)"))
    }

    @Test func theLinkAndTheReceiptsAreShown() {
        let metrics = WorkerMetrics()
        #expect(lines(metrics).contains("rocketsms_receipts_lag NaN") && lines(metrics).contains("rocketsms_smpp_door_shut 0"))
        var figures = SMPPMetrics.Figures()
        (figures.link.binds, figures.link.others, figures.partsInWindow) = (2, 3, 10)
        (figures.writing.written, figures.writing.dropped, figures.unreadable) = (40, 1, 5)
        figures.end = 120
        figures.reading = ReceiptFigures(next: 100, applied: 70, kept: 6, claimed: 4, mismatches: 2)
        metrics.smpp.show(figures)
        var report = HealthReport()
        report.door = .tooManyBinds
        metrics.state.show(report)
        var text = lines(metrics)
        #expect(text.contains("rocketsms_smpp_binds_total 2") && text.contains("rocketsms_smpp_deliveries_total{kind=\"other\"} 3"))
        #expect(text.contains("rocketsms_smpp_parts_in_window 10") && text.contains("rocketsms_smpp_door_shut 1"))
        #expect(text.contains("rocketsms_receipts_written_total 40") && text.contains("rocketsms_receipts_not_taken_total 1"))
        #expect(text.contains("rocketsms_receipts_unreadable_total 5") && text.contains("rocketsms_receipts_kept 6"))
        #expect(text.contains("rocketsms_receipts_claimed_total 4") && text.contains("rocketsms_receipt_address_mismatches_total 2"))
        #expect(text.contains("rocketsms_receipts_lag 20") && text.contains("rocketsms_receipts_applied_lag 30"))
        // What is not known is not 0.
        figures.end = nil
        figures.reading = ReceiptFigures(next: 100, applied: nil, kept: 0, claimed: 4, mismatches: 2)
        metrics.smpp.show(figures)
        text = lines(metrics)
        #expect(text.contains("rocketsms_receipts_lag NaN") && text.contains("rocketsms_receipts_applied_lag NaN"))
    }

    @Test func theStateIsShown() {
        let metrics = WorkerMetrics()
        #expect(lines(metrics).contains("rocketsms_account_credits NaN") && lines(metrics).contains("rocketsms_ready 0"))
        var report = HealthReport()
        (report.waiting.due, report.waiting.schedule, report.waiting.key) = (3, 40, 1)
        report.oldestDue.priority = .seconds(1.5)
        (report.sends.width, report.sends.failures) = (7, 0.25)
        (report.credits, report.creditHours) = (4_400, .infinity)
        metrics.state.show(report)
        let text = lines(metrics)
        #expect(text.contains("rocketsms_requests_waiting 44"))
        #expect(text.contains("rocketsms_requests_waiting_by_reason{reason=\"schedule\"} 40"))
        #expect(text.contains("rocketsms_oldest_due_seconds{lane=\"priority\"} 1.5"))
        #expect(text.contains("rocketsms_pace_width{endpoint=\"send\"} 7"))
        #expect(text.contains("rocketsms_pace_failure_ratio{endpoint=\"send\"} 0.25"))
        #expect(text.contains("rocketsms_account_credits 4400") && text.contains("rocketsms_account_credit_seconds +Inf"))
    }
}
