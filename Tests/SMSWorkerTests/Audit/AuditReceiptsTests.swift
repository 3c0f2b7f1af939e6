import SMPP
import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

/// Receipts against ledgers and events: each finding, and that what is in order has none.
@Suite struct AuditReceiptsTests {
    private static let identity = MessageIdentity(.opaque)
    private static let settings = ReceiptSettings(account: 1, fingerprint: 5, checksAddress: true)

    private func stage() -> AuditStage {
        var stage = AuditStage()
        stage.audit = Audit(idLifetime: .seconds(100), receipts: AuditReceipts(Self.settings, Self.identity))
        return stage
    }

    private func receipts(_ said: [(id: String, status: MessageStatus)], from start: Int64 = 0, to end: Int64, _ stage: inout AuditStage) {
        stage.audit.receiptsBegin(at: 0)
        for (index, word) in said.enumerated() {
            stage.audit.see(
                Receipt(
                    number: start + Int64(index), account: 1, ids: [Self.identity.identity(of: word.id)], status: word.status,
                    addresses: (99, 7)))
        }
        stage.audit.receiptsRead(to: end)
    }

    /// A message of two parts with ids `a` and `b`, tracked at offset 0.
    private func entry(knows status: MessageStatus? = nil) -> LedgerEntry {
        var entry = LedgerEntry(
            echo: Echo(id: Array("a".utf8), key: nil, metadata: nil, traceparent: nil, tracestate: nil),
            message: Message(phone: Array("375291234567".utf8), text: Array("x".utf8), isTemplate: false, sender: nil), offset: 0,
            timestamp: 1_000, isPriority: false, policy: nil, admittedAt: 1_000, sendAt: nil, expiresAt: nil)
        let format = Submission.Format(isUCS2: false, dataCoding: 0, concatenation: .udh, reference: 0)
        entry.begin(mark: 1, first: Submission(account: 1, from: 0, address: 7, format: format, count: 2))
        let outcomes: [PartOutcome] = [.accepted(id: "a", status: status ?? .sent), .accepted(id: "b", status: .sent)]
        _ = entry.settle(outcomes, default: .resend, maxAttempts: 3, notBefore: 0, at: 2_000)
        return entry
    }

    private func applied(_ next: Int64, _ stage: inout AuditStage) throws {
        var bytes: [UInt8] = []
        let receipts = LedgerCodec.AppliedReceipts(fingerprint: 5, position: ReceiptPosition(next: next, timestamp: 0))
        LedgerCodec.encode(LedgerCodec.Recorded(group: "g", offset: 1, receipts: receipts), into: &bytes)
        try bytes.withUnsafeBytes { value in
            let empty = UnsafeRawBufferPointer(start: value.baseAddress, count: 0)
            try stage.audit.see(ledgerOf: PartitionKey(topic: "r", partition: 0), key: empty, value: value)
        }
    }

    private func event(_ sequence: Int, _ status: String, isFinal: Bool, _ stage: inout AuditStage) throws {
        let value = """
            {"requestId":"a","messageId":"a","messageIds":["a","b"],"status":"\(status)","sequence":\(sequence),"final":\(isFinal),"at":"t"}
            """
        let event = try #require(PublishedEvent(eventID: Array("r-0-0/\(sequence)".utf8), value: Array(value.utf8)))
        stage.audit.see(event, record: RecordPosition(topic: "s", partition: 0, offset: 0))
    }

    @Test func aReceiptThatCountsAsAppliedAndIsNotInItsEntry() throws {
        for (next, knows, isFound) in [(1 as Int64, nil, true), (0, nil, false), (1, MessageStatus.delivered, false)] {
            var stage = stage()
            receipts([("a", .delivered)], to: 1, &stage)
            try stage.ledger(entry(knows: knows))
            try applied(next, &stage)
            try event(1, "SENT", isFinal: false, &stage)
            stage.begin(committed: 1)
            stage.request(0)
            let expected = ["G4 0 a: receipt 0 counts as applied and says DELIVERED of part 1, and its entry does not"]
            #expect(stage.findings() == (isFound ? expected : []))
        }
    }

    @Test func aPositionBeyondTheLog() throws {
        var stage = stage()
        receipts([("x", .delivered)], to: 1, &stage)
        try applied(4, &stage)
        stage.begin(committed: 0)
        #expect(stage.findings() == ["G4 0 -: its ledger says that receipts below 4 are applied, and their topic ends at 1"])
    }

    @Test func deliveredByTheReceiptsOfAllItsIDs() throws {
        for (second, isFound) in [(MessageStatus?.none, true), (.failed, true), (.delivered, false)] {
            var stage = stage()
            receipts([("a", .delivered)], to: 1, &stage)
            try event(1, "DELIVERED", isFinal: true, &stage)
            // What came behind the first look is read behind the events.
            receipts(second.map { [("b", $0)] } ?? [], from: 1, to: 2, &stage)
            stage.begin(committed: 1)
            stage.request(0)
            #expect(stage.findings() == (isFound ? ["G4 0 a: it is DELIVERED, and not by the receipts of all its ids"] : []))
        }
    }

    /// No receipt names it: it went by the HTTP API.
    @Test func deliveredByTheOtherDoor() throws {
        var stage = stage()
        receipts([("z", .delivered)], to: 1, &stage)
        try event(1, "DELIVERED", isFinal: true, &stage)
        stage.begin(committed: 1)
        stage.request(0)
        #expect(stage.findings() == [])
    }

    @Test func finalReceiptsWithoutAFinalEvent() throws {
        for next in [1 as Int64, 2] {
            var stage = stage()
            receipts([("a", .delivered), ("b", .delivered)], to: 2, &stage)
            try applied(next, &stage)
            try event(1, "SENT", isFinal: false, &stage)
            stage.begin(committed: 1)
            stage.request(0)
            let what = "receipts that count as applied are final for all its ids, and it has no final event"
            #expect(stage.findings().contains("G4 0 a: \(what)") == (next == 2))
        }
    }
}
