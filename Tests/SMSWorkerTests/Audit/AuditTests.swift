import PipelineSupport
import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct AuditTests {
    private var stage = AuditStage()

    private mutating func good() throws {
        try stage.event(0, 1, "SENT")
        try stage.event(0, 2, "DELIVERED", isFinal: true)
    }

    // MARK: G1

    @Test func aDamagedLedgerRecordIsCountedAndItsRequestNotJudged() throws {
        var stage = AuditStage()
        let partition = PartitionKey(topic: "r", partition: 0)
        _ = Array("a".utf8).withUnsafeBytes { key in
            #expect(throws: LedgerError.self) { try stage.audit.see(ledgerOf: partition, key: key, value: key) }
        }
        stage.begin(committed: 10)
        stage.request(2, id: "a")
        stage.request(3, id: "b")
        #expect(try stage.findings().map { try #require($0.split(separator: ":").first) } == ["G1 3 b"])
        #expect(stage.audit.counts.damaged == 1 && stage.audit.counts.open == 1)
    }

    @Test mutating func whatHasItsEndIsFine() throws {
        try good()
        stage.audit.see(deadLetterOf: AuditStage.place(1))
        try stage.ledger(.sample(id: "open", offset: 2))
        stage.begin(committed: 6)
        stage.request(0)
        stage.record(1, "{}")
        stage.request(2, id: "open")
        stage.request(3)
        stage.record(4, #"{"command":"cancel","id":"open"}"#)
        stage.request(7, id: "later")
        #expect(stage.findings() == [])
        var counts = AuditCounts()
        (counts.ended, counts.deadLetters, counts.open, counts.repeats) = (1, 1, 1, 1)
        (counts.commands, counts.unread, counts.events) = (1, 1, 2)
        #expect(stage.audit.counts == counts)
    }

    @Test mutating func whatWasReadAndLeftNoTraceIsLost() throws {
        stage.begin(committed: 3)
        stage.request(0, id: "375291234567")
        stage.record(1, "{}")
        stage.record(2, #"{"command":"cancel","id":"a"}"#)
        #expect(
            stage.findings() == [
                "G1 0 ***67: it was read, and has neither a final event nor a dead letter nor a ledger entry",
                "G1 1 -: it cannot become a request, was read, and has no dead letter",
            ])
        #expect(stage.audit.counts.lost == 2)
    }

    @Test(arguments: [(0, false), (5, true)] as [(Int64, Bool)])
    mutating func whatTheLedgerRecordsAsReadWasRead(_ recorded: Int64, _ isLost: Bool) throws {
        if recorded > 0 { try stage.recorded(recorded) }
        stage.begin(committed: nil)
        stage.request(4)
        #expect(stage.findings().isEmpty != isLost)
    }

    @Test mutating func anEntryThatIsClosedHasAFinalEvent() throws {
        var entry = LedgerEntry.sample(id: "a", offset: 0)
        _ = entry.expire("late", at: 5)
        try stage.ledger(entry)
        stage.begin(committed: 1)
        stage.request(0)
        #expect(stage.findings() == ["G1 0 a: the ledger has closed it, and it has no final event"])
    }

    @Test mutating func eventsWithoutAnEndNeedALedgerEntry() throws {
        try stage.event(0, 1, "SENT")
        stage.begin(committed: 1)
        stage.request(0)
        #expect(stage.findings() == ["G1 0 a: it has events, but neither a final one nor a ledger entry"])
    }

    @Test mutating func thereIsOneEndOnly() throws {
        try good()
        for _ in 0..<2 { stage.audit.see(deadLetterOf: AuditStage.place(0)) }
        stage.begin(committed: 1)
        stage.request(0)
        #expect(stage.findings() == ["G1 0 a: it has 2 dead letters", "G1 0 a: it has a dead letter and events"])
    }

    @Test mutating func eventsOfNobodyAreSeenExceptOfWhatIsGoneOrForeign() throws {
        try good()
        try stage.event(9, 1, "FAILED", isFinal: true)
        stage.audit.see(deadLetterOf: RecordPosition(topic: "other", partition: 0, offset: 0))
        stage.begin(low: 5, committed: 10)
        #expect(stage.findings() == ["G1 9 -: events of a record that is not there"])
    }

    // MARK: Retention

    @Test mutating func whatRetentionTookIsNotJudged() throws {
        try stage.event(0, 2, "DELIVERED", isFinal: true)
        stage.audit.historyBegins(at: 2_000)
        stage.begin(committed: 9)
        stage.request(0, timestamp: 1_999)
        stage.request(1, id: "b", timestamp: 1_999)
        stage.request(2, id: "c", timestamp: 2_000)
        #expect(stage.findings().map { $0.prefix(6) } == ["G1 2 c"])
        #expect(stage.audit.counts.tooOld == 1)
    }

    @Test mutating func anEarlierRecordOfTheSameIDMayBeGone() throws {
        stage.begin(low: 5, committed: 9)
        stage.request(5, id: "b", timestamp: 1_000)
        stage.request(6, id: "c", timestamp: 100_999)
        stage.request(7, id: "d", timestamp: 101_000)
        #expect(stage.findings().map { $0.prefix(6) } == ["G1 7 d"])
        #expect(stage.audit.counts.tooOld == 2)
    }

    @Test mutating func aRepeatOfAnIDThatOnlyTheLedgerKnows() throws {
        try stage.ledger(.sample(id: "a", offset: 2))
        stage.begin(low: 5, committed: 9)
        stage.request(5, timestamp: 1_000_000)
        #expect(stage.findings() == [])
        #expect(stage.audit.counts.repeats == 1)
    }

    // MARK: G4

    @Test mutating func sequencesHaveNeitherGapNorRepeat() throws {
        try good()
        try stage.event(0, 2, "DELIVERED", isFinal: true)
        try stage.event(1, 1, "QUEUED", id: "b")
        try stage.event(1, 3, "DELIVERED", isFinal: true, id: "b")
        try stage.event(2, 2, "DELIVERED", isFinal: true, id: "c")
        stage.begin(committed: 3)
        stage.request(0)
        stage.request(1, id: "b")
        stage.request(2, id: "c")
        #expect(
            stage.findings() == [
                "G4 0 a: sequence 2 comes again, behind 2", "G4 1 b: sequence 3 follows 1", "G4 2 c: its events begin with sequence 2",
            ])
    }

    @Test mutating func statusesMoveForwardToOneFinalEvent() throws {
        try stage.event(0, 1, "SENT")
        try stage.event(0, 2, "QUEUED")
        try stage.event(0, 3, "DELIVERED", isFinal: true)
        try stage.event(0, 4, "FAILED", isFinal: true)
        try stage.event(0, 5, "FAILED")
        stage.begin(committed: 1)
        stage.request(0)
        #expect(
            stage.findings() == [
                "G4 0 a: its status goes back from SENT to QUEUED", "G4 0 a: it has a second final event", "G4 0 a: FAILED is not final",
                "G4 0 a: an event follows the final one",
            ])
    }

    @Test mutating func theLedgersEventsAreThere() throws {
        var entry = LedgerEntry.sample(id: "a", offset: 0)
        entry.begin(mark: 1)
        _ = entry.accept(Acceptance(messageIDs: ["7"], status: .known(.queued), cost: nil), at: 5)
        try stage.ledger(entry)
        stage.begin(committed: 1)
        stage.request(0)
        #expect(stage.findings() == ["G4 0 a: the ledger stands at sequence 1, its events at 0"])
    }

    @Test mutating func aForeignRecordOnTheStatusTopicIsNamedByItsPlace() {
        stage.audit.see(nil, record: RecordPosition(topic: "s", partition: 2, offset: 17))
        stage.begin(committed: 0)
        #expect(stage.findings() == ["G4 17 -: a record on the status topic that is no status event"])
        #expect(stage.audit.findings.first?.position.topic == "s")
    }

    // MARK: G3

    @Test mutating func anUnknownOutcomeIsAdmittedByEveryEvent() throws {
        var entry = LedgerEntry.sample(id: "a", offset: 0)
        entry.begin(mark: 1)
        _ = entry.unknown("so", default: .resend, maxAttempts: 3, notBefore: 0, at: 5)
        try stage.ledger(entry)
        try stage.event(0, 1, "SENT")
        stage.begin(committed: 1)
        stage.request(0)
        #expect(stage.findings() == ["G3 0 a: the ledger knows of an unknown outcome, an event does not say possibleDuplicate"])
    }

    @Test mutating func eventsTellOneStoryOfAttemptsAndMessages() throws {
        try stage.event(0, 1, "QUEUED", attempt: 2, isPossibleDuplicate: true)
        try stage.event(0, 2, "SENT", attempt: 1, message: "8", isPossibleDuplicate: true)
        try stage.event(0, 3, "DELIVERED", isFinal: true, attempt: 2)
        stage.begin(committed: 1)
        stage.request(0)
        #expect(
            stage.findings() == [
                "G3 0 a: its attempt goes back from 2 to 1", "G3 0 a: its events name two messages of the provider",
                "G3 0 a: possibleDuplicate is taken back",
            ])
    }

    @Test(arguments: ["resend", "hold", "fail"])
    mutating func onUnknownFailNeverSendsAgain(_ policy: String) throws {
        try stage.event(0, 1, "SENT", attempt: 2, isPossibleDuplicate: true)
        try stage.event(0, 2, "DELIVERED", isFinal: true, attempt: 2, isPossibleDuplicate: true)
        stage.begin(committed: 1)
        stage.request(0, onUnknown: policy)
        #expect(stage.findings().isEmpty == (policy != "fail"))
    }

    @Test mutating func theListIsBoundedAndTheCountIsNot() {
        for offset in 0..<Int64(Audit.findingLimit) + 5 {
            stage.audit.see(nil, record: RecordPosition(topic: "s", partition: 0, offset: offset))
        }
        #expect(stage.audit.findings.count == Audit.findingLimit)
        #expect(stage.audit.findingCount == Audit.findingLimit + 5)
    }

    /// The ledger knows them by another id than their records have now.
    @Test func requestsOfAnEarlierVersionWithoutAnIDAreFoundInTheLedger() throws {
        let partition = PartitionKey(topic: "t", partition: 0)
        func place(_ offset: Int64) -> RecordPosition { RecordPosition(topic: "t", partition: 0, offset: offset) }
        var audit = Audit(idLifetime: .seconds(100))
        for record in EarlierLedger.records {
            try record.key.withUnsafeBytes { key in
                try record.value.withUnsafeBytes { try audit.see(ledgerOf: partition, key: key, value: $0) }
            }
        }
        for (offset, status) in [(0, "FAILED"), (1, "QUEUED")] {
            let value = #"{"requestId":"t-0-\#(offset)","status":"\#(status)","sequence":1,"final":\#(offset == 0),"at":"t"}"#
            let event = try #require(PublishedEvent(eventID: Array("t-0-\(offset)/1"), value: Array(value)))
            audit.see(event, record: RecordPosition(topic: "s", partition: 0, offset: 0))
        }
        audit.begin(partition, low: 0, committed: 4)
        for offset in 0..<Int64(4) {
            let decoded = Array(#"{"phone":"375291234567","text":"x"}"#).withUnsafeBytes {
                RequestDecoder.decode(
                    key: nil, value: $0, headers: RequestHeaders(), at: place(offset),
                    timestamp: EarlierLedger.timestamp(offset), isPriorityTopic: false)
            }
            audit.see(decoded, at: place(offset), timestamp: EarlierLedger.timestamp(offset))
        }
        audit.finish()
        #expect(audit.findings.isEmpty && audit.counts.ended == 1 && audit.counts.open == 3)
    }
}
