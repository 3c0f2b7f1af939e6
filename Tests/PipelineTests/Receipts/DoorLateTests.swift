import Testing
import Time

@testable import Requests
@testable import SMSPipeline

/// A word that comes after *unknown*: the part was taken after all. It is a fact about the provider, whatever becomes of the ledger in memory.
@Suite struct DoorLateTests {
    /// A request whose last part submitted was given up; what was answered before is committed.
    private func unknown(_ parts: Int, accepted: Int = 0, policy: String, isCommitted: Bool = true) throws -> (DoorStage, tag: UInt64) {
        let stage = try DoorStage.opened()
        stage.publish("r", parts: parts, policy: policy)
        stage.run(2)
        for number in 0..<accepted { try accept("a\(number)", stage) }
        let offer = try stage.takeOffer()
        #expect(stage.pipeline.mayBegin(tag: offer.tag, at: stage.clock))
        stage.pipeline.provider(.part(tag: offer.tag, .unknown(reason: "no answer")), at: stage.clock)
        if isCommitted {
            stage.turn()
            stage.answerCommit(true)
        }
        return (stage, offer.tag)
    }

    private func accept(_ id: String, _ stage: DoorStage) throws {
        let offer = try stage.takeOffer()
        #expect(stage.pipeline.mayBegin(tag: offer.tag, at: stage.clock))
        stage.pipeline.provider(.part(tag: offer.tag, .accepted(id: id, status: .sent)), at: stage.clock)
    }

    @Test(arguments: ["hold", "resend"]) func itsWriteIsNotCommitted(policy: String) throws {
        let (stage, tag) = try unknown(1, policy: policy)
        stage.pipeline.provider(.latePart(tag: tag, id: "x"), at: stage.clock)
        stage.turn()
        try stage.rebuild()
        try stage.reopen()
        stage.run(1)
        #expect(stage.events.map(\.status) == ["SENT"] && stage.events.last?.isPossibleDuplicate == true)
        stage.writeReceipt(of: "x", .delivered)
        stage.readReceipts(1)
        stage.run(1)
        #expect(stage.events.map(\.status) == ["SENT", "DELIVERED"] && stage.gateway.offered.isEmpty)
        #expect(stage.pipeline.attempts.factCount == 0)
    }

    /// Of the attempt nothing is in the ledger either.
    @Test(arguments: ["hold", "fail", "resend"]) func neitherIsItsAttempt(policy: String) throws {
        let (stage, tag) = try unknown(1, policy: policy, isCommitted: false)
        stage.pipeline.provider(.latePart(tag: tag, id: "x"), at: stage.clock)
        stage.turn()
        try stage.rebuild()
        try stage.reopen()
        stage.run(1)
        #expect(stage.events.map(\.status) == ["SENT"] && stage.gateway.offered.isEmpty)
    }

    /// What was said of it before it had its id is found in the log.
    @Test func itComesWhileTheLedgerIsReadAgain() throws {
        let (stage, tag) = try unknown(1, policy: "hold")
        stage.writeReceipt(of: "x", .delivered)
        stage.readReceipts(1)
        stage.run(2)
        try stage.rebuild()
        stage.openSession()
        stage.pipeline.provider(.latePart(tag: tag, id: "x"), at: stage.clock)
        stage.writeReceipt(of: "other", .delivered)
        stage.readReceipts(1)
        try stage.answerRestore()
        stage.turn()
        stage.answerSearch()
        stage.run(2)
        #expect(stage.events.last?.status == "DELIVERED" && stage.events.last?.isPossibleDuplicate == true)
    }

    /// And while what receipts say of it is being looked for.
    @Test func itComesWhileThePartitionOpens() throws {
        let (stage, tag) = try unknown(1, policy: "hold")
        stage.writeReceipt(of: "x", .delivered)
        stage.readReceipts(1)
        stage.run(2)
        try stage.rebuild()
        stage.openSession()
        try stage.answerRestore()
        stage.turn()
        stage.pipeline.provider(.latePart(tag: tag, id: "x"), at: stage.clock)
        stage.answerSearch()
        stage.run(2)
        #expect(stage.events.last?.status == "DELIVERED" && stage.events.last?.isPossibleDuplicate == true)
    }

    /// The next attempt's intent is in the ledger, and was taken back.
    @Test func itComesBehindTheNextIntent() throws {
        let (stage, tag) = try unknown(1, policy: "resend")
        for _ in 0..<10 where stage.pipeline.queue.count(.intentQueued) == 0 {
            stage.pass(.milliseconds(200))
            stage.turn()
        }
        #expect(stage.pipeline.queue.count(.intentQueued) == 1)
        stage.pipeline.provider(.latePart(tag: tag, id: "x"), at: stage.clock)
        stage.answerCommit(true)
        #expect(try stage.restored().active.first?.state == .sending)
        try stage.rebuild()
        try stage.reopen()
        stage.run(3)
        #expect(stage.events.map(\.status) == ["SENT"] && stage.gateway.offered.isEmpty)
    }

    /// It goes on with what was not sent, and with that alone.
    @Test func theRestIsSentThen() throws {
        let (stage, tag) = try unknown(3, accepted: 1, policy: "hold")
        stage.pipeline.provider(.latePart(tag: tag, id: "x"), at: stage.clock)
        stage.turn()
        try stage.rebuild()
        try stage.reopen()
        stage.run(4)
        #expect(stage.gateway.offered.map(\.part) == [2])
        try accept("c", stage)
        stage.run(1)
        #expect(stage.events.map(\.status) == ["SENT"] && stage.events.last?.isPossibleDuplicate == true)
        for id in ["a0", "x", "c"] { stage.writeReceipt(of: id, .delivered) }
        stage.readReceipts(3)
        stage.run(1)
        #expect(stage.events.last?.status == "DELIVERED")
    }

    /// Until the next attempt's first part: an older word says nothing then.
    @Test func itComesAfterTheNextAttemptsFirstPart() throws {
        let (stage, tag) = try unknown(1, policy: "resend")
        stage.run(5)
        #expect(stage.gateway.offered.count == 1)
        stage.pipeline.provider(.latePart(tag: tag, id: "x"), at: stage.clock)
        let offer = try stage.takeOffer()
        #expect(stage.pipeline.mayBegin(tag: offer.tag, at: stage.clock))
        try stage.rebuild()
        stage.pipeline.provider(.part(tag: offer.tag, .accepted(id: "y", status: .sent)), at: stage.clock)
        try stage.reopen()
        stage.run(1)
        stage.writeReceipt(of: "x", .failed)
        stage.writeReceipt(of: "y", .delivered)
        stage.readReceipts(2)
        stage.run(1)
        #expect(stage.events.map(\.status) == ["SENT", "DELIVERED"])
    }
}
