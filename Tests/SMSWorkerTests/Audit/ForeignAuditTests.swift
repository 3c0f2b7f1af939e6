import PipelineSupport
import TestSupport
import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct ForeignAuditTests {
    /// Audit and inquiry read the same foreign records, and foreign events.
    @Test func anAuditOfForeignNumbersComesToItsEnd() {
        let failure = RandomSchedules.firstFailure(of: 3_000) { random in
            var stage = AuditStage()
            var inquiry = LedgerInquiry(.open([.held]), now: 0)
            func number() -> Int64 { ForeignEntry.numbers[random.below(ForeignEntry.numbers.count)] }
            for _ in 0..<3 {
                let entry = ForeignEntry.draw(&random)
                try? stage.ledger(entry)
                var bytes: [UInt8] = []
                LedgerCodec.encode(entry, into: &bytes)
                bytes.withUnsafeBytes { value in
                    entry.echo.id.withUnsafeBytes { inquiry.add(key: $0, value: value, timestamp: number(), at: number()) }
                }
            }
            try? stage.recorded(number())
            stage.audit.historyBegins(at: number())
            for _ in 0..<4 {
                let value = #"{"requestId":"a","status":"SENT","sequence":1,"final":false,"at":"t","attempt":\#(number())}"#
                let event = PublishedEvent(eventID: Array("r-0-\(number())/\(number())".utf8), value: Array(value.utf8))
                stage.audit.see(event, record: AuditStage.place(number()))
                stage.audit.see(deadLetterOf: AuditStage.place(number()))
            }
            stage.begin(low: number(), committed: number())
            for _ in 0..<4 { stage.request(number(), timestamp: number()) }
            _ = stage.findings()
            return nil
        }
        #expect(failure == nil)
    }

    /// A time that runs over must not become one that has passed: nothing here is older than what was deleted.
    @Test func anAuditOfAFarFutureJudgesNothingAsLost() {
        var stage = AuditStage()
        stage.begin(low: 1, committed: 10)
        stage.request(2, id: "a", timestamp: .max - 1)
        #expect(stage.findings().isEmpty && stage.audit.counts.tooOld == 1)
    }
}
