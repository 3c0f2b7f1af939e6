import Testing
import Time

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct RecentFailuresTests {
    private func at(_ seconds: Int) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds) * 1_000_000_000) }

    @Test func codesAreCountedAndTheLatestStandsFirst() {
        var failures = RecentFailures()
        failures.count("BAD_PHONE", kind: "refused", at: at(1))
        failures.count("EXPIRED", kind: "expired", at: at(2))
        failures.count("BAD_PHONE", kind: "refused", at: at(3))
        failures.count("BAD_PHONE", kind: RecentFailures.deadLetter, at: at(4))
        #expect(failures.latest.map(\.code) == ["BAD_PHONE", "BAD_PHONE", "EXPIRED"])
        #expect(failures.latest.map(\.kind) == ["dead letter", "refused", "expired"] && failures.latest.map(\.count) == [1, 2, 1])
        #expect(failures.latest[1].lastAt == at(3))
    }

    /// A provider may make up as many as it likes.
    @Test func oneMoreThanMayBeTakesThePlaceOfTheOldest() {
        var failures = RecentFailures()
        for index in 0..<1_000 { failures.count("C\(index)", kind: "refused", at: at(index)) }
        #expect(failures.latest.count == RecentFailures.most)
        #expect(failures.latest.first?.code == "C999" && failures.latest.last?.code == "C\(1_000 - RecentFailures.most)")
    }

    @Test(arguments: ["375291234567", "no such phone: 375 29 123", "", String(repeating: "A", count: 41), "<b>", "ТЕКСТ", "A-3752912345"])
    func whatIsNoCodeIsNotShown(code: String) {
        var failures = RecentFailures()
        failures.count(code, kind: "refused", at: at(1))
        #expect(failures.latest.map(\.code) == ["OTHER"])
    }

    @Test func theReporterCountsWhatFailedAndNothingElse() {
        let reporter = PipelineReporter(metrics: WorkerMetrics(), health: HealthState())
        func event(_ status: MessageStatus, _ code: String?, isFinal: Bool = true) -> Note {
            let reason = code.map { EntryEvent.Reason(code: $0, kind: .refused, message: nil) }
            return .event(
                EntryEvent(status: status, isFinal: isFinal, sequence: 1, attempt: 1, reason: reason, isPossibleDuplicate: false))
        }
        reporter.observe(event(.failed, "ODD_CODE"), at: at(1))
        reporter.observe(event(.delivered, nil), at: at(2))
        reporter.observe(event(.sent, "TRACKING_EXPIRED"), at: at(2))
        reporter.observe(.deadLettered(.badPhone, PartitionKey(topic: "r", partition: 0), offset: 7), at: at(3))
        #expect(reporter.recentFailures.latest.map(\.code) == ["BAD_PHONE", "ODD_CODE"])
    }
}
