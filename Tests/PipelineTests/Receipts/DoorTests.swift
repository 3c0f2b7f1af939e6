import Testing
import Time

@testable import Requests
@testable import SMSPipeline

/// What the second door does by name; whatever else happens is `DoorCourse`'s.
@Suite struct DoorTests {
    private func opened() throws -> DoorStage {
        let stage = DoorStage(seed: 1)
        stage.begin()
        stage.startLog()
        try stage.answerRestore()
        stage.turn()
        return stage
    }

    private func pass(_ seconds: Int, _ stage: DoorStage) {
        for _ in 0..<seconds {
            stage.pass(.seconds(1))
            stage.turn()
            stage.answerCommit(true)
        }
    }

    @Test func noPartitionOpensBeforeTheEndOfTheReceiptsIsKnown() throws {
        let stage = DoorStage(seed: 1)
        stage.begin()
        try stage.answerRestore()
        stage.turn()
        #expect(!stage.pipeline.isOpen(DoorStage.partition))
        #expect(stage.unreadiness == "the end of the receipts' topic (TOPICS_RECEIPTS) is not known yet: no partition opens before")
        stage.startLog()
        stage.turn()
        #expect(stage.pipeline.isOpen(DoorStage.partition) && stage.unreadiness == nil)
    }

    /// What the gateway answers to the question of an account that is paused is no number of credits.
    @Test func overSMPPThereAreNoCredits() throws {
        let stage = try opened()
        stage.pipeline.provider(.balance(.credits(.max)), at: stage.clock)
        pass(120, stage)
        let health = stage.pipeline.detail(ends: [:], at: stage.clock).health
        #expect(health.credits == nil && health.creditHours == nil && stage.gateway.balanceQuestions == 0)
    }

    @Test func whatIsKnownOfReceiptsIsCounted() throws {
        let stage = DoorStage(seed: 1)
        stage.begin()
        #expect(stage.pipeline.receiptFigures() == nil)
        stage.startLog()
        #expect(stage.pipeline.receiptFigures() == ReceiptFigures(next: 0, applied: nil, kept: 0, claimed: 0, mismatches: 0))
        try stage.answerRestore()
        stage.publish("r1", parts: 1, policy: "hold")
        stage.turn()
        stage.answerCommit(true)
        pass(2, stage)
        let offer = try #require(stage.gateway.offered.first)
        // Receipts before the answer.
        let id = stage.centre.take("r1", part: offer.part, fails: false, using: &stage.random)
        var written = 0
        while stage.writeReceipt() { written += 1 }
        stage.readReceipts(written)
        let next = Int64(written)
        let waiting = ReceiptFigures(next: next, applied: 0, kept: written, claimed: 0, mismatches: 0)
        #expect(stage.pipeline.receiptFigures() == waiting)
        stage.pipeline.provider(.part(tag: offer.tag, .accepted(id: id, status: .sent)), at: stage.clock)
        let claimed = ReceiptFigures(next: next, applied: next, kept: 0, claimed: written, mismatches: 0)
        #expect(stage.pipeline.receiptFigures() == claimed)
    }

    /// Other replicas may have the binds: what they can send should be theirs.
    @Test func withoutABindForAMinuteThePartitionsAreGivenBack() throws {
        let stage = try opened()
        stage.pipeline.provider(.door(.tooManyBinds), at: stage.clock)
        pass(58, stage)
        #expect(stage.pipeline.isOpen(DoorStage.partition) && stage.unreadiness?.contains("no further bind") == true)
        pass(4, stage)
        #expect(!stage.pipeline.isOpen(DoorStage.partition) && stage.pipeline.life.session == nil)
        pass(600, stage)
        #expect(stage.openings == 0, "as long as there is no bind")
        #expect(stage.unreadiness?.contains("no further bind") == true)
        stage.pipeline.provider(.door(.open), at: stage.clock)
        pass(2, stage)
        #expect(stage.openings == 1)
    }

    @Test func nothingBeginsWhileTheDoorIsShut() throws {
        let stage = try opened()
        stage.pipeline.provider(.door(.shut("receipts cannot be written")), at: stage.clock)
        stage.publish("r", parts: 1, policy: "hold")
        pass(5, stage)
        #expect(stage.gateway.offered.isEmpty)
        stage.pipeline.provider(.door(.open), at: stage.clock)
        pass(2, stage)
        #expect(stage.gateway.offered.count == 1)
    }

    /// No message expires before every receipt is read that was written within its time.
    @Test func theHorizonWaitsForTheEndOfTheLog() throws {
        let stage = try opened()
        stage.publish("r", parts: 1, policy: "hold")
        pass(2, stage)
        let offer = try #require(stage.gateway.offered.first)
        #expect(stage.pipeline.mayBegin(tag: offer.tag, at: stage.clock))
        let id = stage.centre.take("r", part: 0, fails: false, using: &stage.random)
        stage.pipeline.provider(.part(tag: offer.tag, .accepted(id: id, status: .sent)), at: stage.clock)
        pass(2, stage)
        // Its receipts are written within its time, and not read.
        while stage.writeReceipt() {}
        stage.pass(.seconds(80 * 3_600))
        pass(5, stage)
        #expect(stage.events.map(\.status) == ["SENT"] && !stage.log.questions.isEmpty, "it is asked where the log ends")
        stage.answerEnd()
        pass(3, stage)
        #expect(stage.events.map(\.status) == ["SENT"])
        stage.readReceipts(8)
        pass(3, stage)
        #expect(stage.events.map(\.status).last == "DELIVERED" && stage.events.filter(\.isFinal).count == 1)
    }

    @Test func whatTheProviderNeverSpeaksOfExpires() throws {
        let stage = try opened()
        stage.publish("r", parts: 1, policy: "hold")
        pass(2, stage)
        let offer = try #require(stage.gateway.offered.first)
        _ = stage.pipeline.mayBegin(tag: offer.tag, at: stage.clock)
        stage.pipeline.provider(.part(tag: offer.tag, .accepted(id: "", status: .sent)), at: stage.clock)
        pass(2, stage)
        stage.pass(.seconds(71 * 3_600))
        pass(5, stage)
        #expect(stage.events.map(\.status) == ["SENT"])
        stage.pass(.seconds(2 * 3_600))
        pass(2, stage)
        stage.answerEnd()
        pass(3, stage)
        #expect(stage.events.map(\.code) == [nil, "TRACKING_EXPIRED"])
    }

    /// Time without a bind is nobody's silence.
    @Test func timeWithoutABindDoesNotCount() throws {
        let stage = try opened()
        stage.publish("r", parts: 1, policy: "hold")
        pass(2, stage)
        let offer = try #require(stage.gateway.offered.first)
        _ = stage.pipeline.mayBegin(tag: offer.tag, at: stage.clock)
        stage.pipeline.provider(.part(tag: offer.tag, .accepted(id: "7", status: .sent)), at: stage.clock)
        pass(2, stage)
        stage.pipeline.provider(.door(.shut("the link is down")), at: stage.clock)
        stage.pass(.seconds(100 * 3_600))
        pass(3, stage)
        stage.pipeline.provider(.door(.open), at: stage.clock)
        pass(3, stage)
        stage.answerEnd()
        pass(3, stage)
        #expect(stage.events.map(\.status) == ["SENT"])
        stage.pass(.seconds(73 * 3_600))
        pass(3, stage)
        stage.answerEnd()
        pass(3, stage)
        #expect(stage.events.last?.code == "TRACKING_EXPIRED")
    }

    /// Part 1 has failed for good while part 2 was about to be tried again: it is not, and the message ends.
    @Test func aPartThatFailedWhileAnIntentWaitedEndsTheMessage() throws {
        let stage = try opened()
        stage.publish("r", parts: 2, policy: "hold")
        pass(2, stage)
        var offer = try #require(stage.gateway.offered.first)
        let id = stage.centre.take("r", part: 0, fails: true, using: &stage.random)
        stage.pipeline.provider(.part(tag: offer.tag, .accepted(id: id, status: .sent)), at: stage.clock)
        offer = try #require(stage.gateway.offered.last)
        stage.pipeline.provider(.part(tag: offer.tag, .notSent(reason: "throttled")), at: stage.clock)
        stage.gateway.offered = []
        pass(6, stage)
        // The next attempt's part stands before the socket when the receipt comes.
        offer = try #require(stage.gateway.offered.first)
        while stage.writeReceipt() {}
        stage.readReceipts(8)
        #expect(!stage.pipeline.mayBegin(tag: offer.tag, at: stage.clock))
        stage.pipeline.provider(.part(tag: offer.tag, nil), at: stage.clock)
        pass(2, stage)
        #expect(stage.events.map(\.status) == ["FAILED"] && stage.events.last?.code == "PROVIDER_FAILED")
    }
}
