import Testing
import Time

@testable import Requests
@testable import SMSPipeline

/// The topic of receipts was deleted and made anew: the numbers that entries and positions name are another log's.
@Suite struct DoorAnewTests {
    /// Five receipts of nobody stand in the log when the first request comes.
    private func grown() throws -> DoorStage {
        let stage = try DoorStage.opened()
        for _ in 0..<5 { stage.writeReceipt(of: "nobody", .delivered) }
        stage.readReceipts(5)
        stage.run(1)
        return stage
    }

    private func accept(_ id: String, _ stage: DoorStage) throws {
        let offer = try stage.takeOffer()
        #expect(stage.pipeline.mayBegin(tag: offer.tag, at: stage.clock))
        stage.pipeline.provider(.part(tag: offer.tag, .accepted(id: id, status: .sent)), at: stage.clock)
    }

    private func restart(_ stage: DoorStage) throws {
        stage.begin()
        stage.startLog()
        try stage.answerRestore()
        stage.turn()
        stage.answerSearch()
        stage.run(2)
    }

    /// A receipt before its part's answer, below the number at which its request began in the log of before.
    @Test func whatIsKeptIsMatchedWhenTheNewLogHasGrown() throws {
        let stage = try grown()
        stage.publish("r", parts: 1, policy: "hold")
        stage.run(2)
        stage.makeTopicAnew()
        stage.tellAnew()
        stage.writeReceipt(of: "x", .delivered)
        for _ in 0..<8 { stage.writeReceipt(of: "nobody", .delivered) }
        stage.readReceipts(9)
        try accept("x", stage)
        stage.run(1)
        #expect(stage.events.map(\.status) == ["DELIVERED"])
    }

    /// The same of one whose ledger is read again: the entry says the number of before.
    @Test func itIsWhenTheLedgerIsReadAgain() throws {
        let stage = try grown()
        stage.publish("r", parts: 1, policy: "hold")
        stage.run(2)
        try accept("x", stage)
        stage.run(1)
        stage.makeTopicAnew()
        stage.tellAnew()
        try stage.rebuild()
        stage.writeReceipt(of: "x", .delivered)
        for _ in 0..<8 { stage.writeReceipt(of: "nobody", .delivered) }
        stage.readReceipts(9)
        try stage.reopen()
        stage.run(1)
        #expect(stage.events.map(\.status) == ["SENT", "DELIVERED"])
    }

    /// The process that saw the old log is gone.
    @Test func theNextOwnerMatchesThem() throws {
        let stage = try grown()
        stage.publish("r", parts: 1, policy: "hold")
        stage.run(2)
        try accept("x", stage)
        stage.run(1)
        stage.makeTopicAnew()
        stage.writeReceipt(of: "nobody", .delivered)
        stage.writeReceipt(of: "x", .delivered)
        for _ in 0..<8 { stage.writeReceipt(of: "nobody", .delivered) }
        stage.pass(.seconds(5))
        try restart(stage)
        #expect(stage.events.map(\.status) == ["SENT", "DELIVERED"])
    }

    /// And so does the one after it, when the ledger's position is the new log's already.
    @Test func soDoesTheOwnerAfterThat() throws {
        let stage = try grown()
        stage.publish("r", parts: 2, policy: "hold")
        stage.run(2)
        try accept("x", stage)
        try accept("y", stage)
        stage.run(1)
        stage.makeTopicAnew()
        stage.pass(.seconds(5))
        stage.writeReceipt(of: "x", .delivered)
        try restart(stage)
        stage.publish("s", parts: 1, policy: "hold")
        stage.run(2)
        #expect(try stage.restored().recorded?.receipts?.position.next == 1)
        stage.writeReceipt(of: "y", .delivered)
        for _ in 0..<8 { stage.writeReceipt(of: "nobody", .delivered) }
        stage.pass(.seconds(5))
        try restart(stage)
        #expect(stage.events.map(\.status) == ["SENT", "DELIVERED"])
    }

    /// What an operator's ids are looked back for is looked for in the new log: until then nobody's position passes its beginning.
    @Test func aLookBackBeginsAnew() throws {
        let stage = try grown()
        stage.publish("r", parts: 1, policy: "hold")
        stage.run(2)
        let offer = try stage.takeOffer()
        stage.pipeline.provider(.part(tag: offer.tag, .unknown(reason: "no answer")), at: stage.clock)
        stage.pipeline.provider(.latePart(tag: offer.tag, id: nil), at: stage.clock)
        stage.run(1)
        stage.append(#"{"command": "resolve", "id": "r", "as": "sent", "messageIds": ["x"]}"#)
        stage.turn()
        stage.makeTopicAnew()
        stage.tellAnew()
        stage.writeReceipt(of: "nobody", .delivered)
        stage.writeReceipt(of: "x", .delivered)
        for _ in 0..<8 { stage.writeReceipt(of: "nobody", .delivered) }
        stage.readReceipts(10)
        #expect(stage.pipeline.door.desk.applied(to: DoorStage.partition)?.position.next == 0)
        stage.run(1)
        stage.answerSearch()
        stage.answerSearch()
        stage.run(2)
        #expect(stage.events.map(\.status) == ["SENT", "DELIVERED"])
        #expect(stage.pipeline.door.desk.applied(to: DoorStage.partition)?.position.next == 10)
    }

    /// A log that retention has cut is the same one.
    @Test func aCutLogKeepsItsNumbers() throws {
        let stage = try grown()
        stage.publish("r", parts: 1, policy: "hold")
        stage.run(2)
        stage.writeReceipt(of: "x", .failed)
        try accept("x", stage)
        stage.run(1)
        #expect(
            stage.pipeline.door.desk.match(
                Receipt(number: 4, account: 1, ids: [stage.gateway.receiptID("x")], status: .failed, addresses: (99, 7))) == nil)
        stage.pipeline.receipts(.broken(next: ReceiptPosition(next: 20, timestamp: -1), lost: 15), at: stage.clock)
        #expect(
            stage.pipeline.door.desk.match(
                Receipt(number: 4, account: 1, ids: [stage.gateway.receiptID("x")], status: .failed, addresses: (99, 7))) == nil)
        #expect(
            stage.pipeline.door.desk.match(
                Receipt(number: 20, account: 1, ids: [stage.gateway.receiptID("x")], status: .failed, addresses: (99, 7))) != nil)
    }
}
