import PipelineSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

/// What the second door does by name; whatever else happens is `DoorCourse`'s.
@Suite struct DoorTests {
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
        let stage = try DoorStage.opened()
        stage.pipeline.provider(.balance(.credits(.max)), at: stage.clock)
        stage.run(120)
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
        stage.run(2)
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
        let stage = try DoorStage.opened()
        stage.pipeline.provider(.door(.tooManyBinds), at: stage.clock)
        stage.run(58)
        #expect(stage.pipeline.isOpen(DoorStage.partition) && stage.unreadiness?.contains("no further bind") == true)
        stage.run(4)
        #expect(!stage.pipeline.isOpen(DoorStage.partition) && stage.pipeline.life.session == nil)
        stage.run(600)
        #expect(stage.openings == 0, "as long as there is no bind")
        #expect(stage.unreadiness?.contains("no further bind") == true)
        stage.pipeline.provider(.door(.open), at: stage.clock)
        stage.run(2)
        #expect(stage.openings == 1)
    }

    @Test func aSampledRequestLeavesOneSpanForAllPartsOfAnAttempt() throws {
        let stage = try DoorStage.opened()
        stage.append(
            #"{"id": "r", "phone": "+375296890043", "text": "2 r"}"#, traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        )
        stage.run(2)
        let (offer, begun) = (try stage.takeOffer(), stage.clock.monotonic)
        stage.pipeline.provider(.part(tag: offer.tag, .accepted(id: "x", status: .sent)), at: stage.clock)
        stage.run(3)
        let next = try stage.takeOffer()
        stage.pipeline.provider(.part(tag: next.tag, .accepted(id: "y", status: .sent)), at: stage.clock)
        stage.turn()
        let attempts = stage.observer.notes.compactMap { note -> (outcome: AttemptOutcome, span: TraceSpan)? in
            guard case .span(let span) = note, case .attempt(let outcome, resends: 0) = span.kind else { return nil }
            return (outcome, span)
        }
        let (outcome, span) = try #require(attempts.first)
        #expect(attempts.count == 1 && span.start <= begun && span.end == stage.clock.monotonic)
        guard case .parts(let parts) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(parts.count == 2)
    }

    @Test func nothingBeginsWhileTheDoorIsShut() throws {
        let stage = try DoorStage.opened()
        stage.pipeline.provider(.door(.shut("receipts cannot be written")), at: stage.clock)
        stage.publish("r", parts: 1, policy: "hold")
        stage.run(5)
        #expect(stage.gateway.offered.isEmpty)
        stage.pipeline.provider(.door(.open), at: stage.clock)
        stage.run(2)
        #expect(stage.gateway.offered.count == 1)
    }

    /// No message expires before every receipt is read that was written within its time.
    @Test func theHorizonWaitsForTheEndOfTheLog() throws {
        let stage = try DoorStage.opened()
        stage.publish("r", parts: 1, policy: "hold")
        stage.run(2)
        let offer = try #require(stage.gateway.offered.first)
        #expect(stage.pipeline.mayBegin(tag: offer.tag, at: stage.clock))
        let id = stage.centre.take("r", part: 0, fails: false, using: &stage.random)
        stage.pipeline.provider(.part(tag: offer.tag, .accepted(id: id, status: .sent)), at: stage.clock)
        stage.run(2)
        // Its receipts are written within its time, and not read.
        while stage.writeReceipt() {}
        stage.pass(.seconds(80 * 3_600))
        stage.run(5)
        #expect(stage.events.map(\.status) == ["SENT"] && !stage.log.questions.isEmpty, "it is asked where the log ends")
        stage.answerEnd()
        stage.run(3)
        #expect(stage.events.map(\.status) == ["SENT"])
        stage.readReceipts(8)
        stage.run(3)
        #expect(stage.events.map(\.status).last == "DELIVERED" && stage.events.filter(\.isFinal).count == 1)
    }

    @Test func whatTheProviderNeverSpeaksOfExpires() throws {
        let stage = try DoorStage.opened()
        stage.publish("r", parts: 1, policy: "hold")
        stage.run(2)
        let offer = try #require(stage.gateway.offered.first)
        _ = stage.pipeline.mayBegin(tag: offer.tag, at: stage.clock)
        stage.pipeline.provider(.part(tag: offer.tag, .accepted(id: "", status: .sent)), at: stage.clock)
        stage.run(2)
        stage.pass(.seconds(71 * 3_600))
        stage.run(5)
        #expect(stage.events.map(\.status) == ["SENT"])
        stage.pass(.seconds(2 * 3_600))
        stage.run(2)
        stage.answerEnd()
        stage.run(3)
        #expect(stage.events.map(\.code) == [nil, "TRACKING_EXPIRED"])
    }

    /// An operator's ids are looked for in what was written long ago: until that is read, nothing is known of them.
    @Test func whatIsBeingLookedForDoesNotExpire() throws {
        let stage = try DoorStage.opened()
        stage.publish("r", parts: 1, policy: "hold")
        stage.run(2)
        let offer = try #require(stage.gateway.offered.first)
        _ = stage.pipeline.mayBegin(tag: offer.tag, at: stage.clock)
        stage.pipeline.provider(.part(tag: offer.tag, .unknown(reason: "no answer")), at: stage.clock)
        stage.run(2)
        stage.writeReceipt(of: "x", .delivered)
        stage.readReceipts(1)
        stage.run(1)
        stage.append(#"{"command": "resolve", "id": "r", "as": "sent", "messageIds": ["x"]}"#)
        stage.run(4)
        #expect(stage.events.map(\.status) == ["SENT"])
        stage.pass(.seconds(80 * 3_600))
        stage.run(3)
        stage.answerEnd()
        stage.run(5)
        #expect(stage.events.map(\.status) == ["SENT"], "the search has not been answered")
        stage.answerSearch()
        stage.run(5)
        #expect(stage.events.map(\.status) == ["SENT", "DELIVERED"])
    }

    /// Time without a bind is nobody's silence.
    @Test func timeWithoutABindDoesNotCount() throws {
        let stage = try DoorStage.opened()
        stage.publish("r", parts: 1, policy: "hold")
        stage.run(2)
        let offer = try #require(stage.gateway.offered.first)
        _ = stage.pipeline.mayBegin(tag: offer.tag, at: stage.clock)
        stage.pipeline.provider(.part(tag: offer.tag, .accepted(id: "7", status: .sent)), at: stage.clock)
        stage.run(2)
        stage.pipeline.provider(.door(.shut("the link is down")), at: stage.clock)
        stage.pass(.seconds(100 * 3_600))
        stage.run(3)
        stage.pipeline.provider(.door(.open), at: stage.clock)
        stage.run(3)
        stage.answerEnd()
        stage.run(3)
        #expect(stage.events.map(\.status) == ["SENT"])
        stage.pass(.seconds(73 * 3_600))
        stage.run(3)
        stage.answerEnd()
        stage.run(3)
        #expect(stage.events.last?.code == "TRACKING_EXPIRED")
    }

    /// Part 1 has failed for good while part 2 was about to be tried again: it is not, and the message ends.
    @Test func aPartThatFailedWhileAnIntentWaitedEndsTheMessage() throws {
        let stage = try DoorStage.opened()
        stage.publish("r", parts: 2, policy: "hold")
        stage.run(2)
        var offer = try #require(stage.gateway.offered.first)
        let id = stage.centre.take("r", part: 0, fails: true, using: &stage.random)
        stage.pipeline.provider(.part(tag: offer.tag, .accepted(id: id, status: .sent)), at: stage.clock)
        offer = try #require(stage.gateway.offered.last)
        stage.pipeline.provider(.part(tag: offer.tag, .notSent(reason: "throttled")), at: stage.clock)
        stage.gateway.offered = []
        stage.run(6)
        // The next attempt's part stands before the socket when the receipt comes.
        offer = try #require(stage.gateway.offered.first)
        while stage.writeReceipt() {}
        stage.readReceipts(8)
        #expect(!stage.pipeline.mayBegin(tag: offer.tag, at: stage.clock))
        stage.pipeline.provider(.part(tag: offer.tag, nil), at: stage.clock)
        stage.run(2)
        #expect(stage.events.map(\.status) == ["FAILED"] && stage.events.last?.code == "PROVIDER_FAILED")
    }

    /// What receipts say of an operator's ids is written though the attempt for the others runs: the position that goes with what is written
    /// next passes them.
    @Test func whatWasFoundOfAnOperatorsIdsIsWrittenWhileAnAttemptRuns() throws {
        let stage = try DoorStage.opened()
        stage.publish("r", parts: 2, policy: "hold")
        stage.run(2)
        let offer = try stage.takeOffer()
        stage.pipeline.provider(.part(tag: offer.tag, .unknown(reason: "no answer")), at: stage.clock)
        stage.pipeline.provider(.latePart(tag: offer.tag, id: nil), at: stage.clock)
        stage.writeReceipt(of: "x", .delivered)
        stage.readReceipts(1)
        stage.run(1)
        stage.append(#"{"command": "resolve", "id": "r", "as": "sent", "messageIds": ["x"]}"#)
        stage.run(4)
        #expect(stage.gateway.offered.map(\.part) == [1], "the other part is on its way")
        stage.answerSearch()
        stage.run(1)
        let entry = try #require(stage.restored().active.first)
        #expect(entry.state == .sending && entry.submission?.parts.first?.status == .delivered)
    }

    /// What was settled was another account's: no part is taken, so it is settled anew.
    @Test func anotherAccountPlansAnew() throws {
        let stage = try DoorStage.opened()
        stage.publish("r", parts: 2, policy: "hold")
        stage.run(2)
        let offer = try stage.takeOffer()
        stage.pipeline.provider(.later(.seconds(60)), at: stage.clock)
        stage.pipeline.provider(.part(tag: offer.tag, .notSent(reason: "throttled")), at: stage.clock)
        stage.writeReceipt(of: "nobody", .delivered)
        stage.run(1)
        stage.begin(as: 2)
        stage.startLog()
        try stage.answerRestore()
        stage.turn()
        stage.answerSearch()
        stage.run(4)
        let entry = try #require(stage.restored().active.first)
        #expect(entry.state == .sending && entry.submission?.account == 2 && entry.submission?.from == 1)
        for id in ["x", "y"] {
            let offer = try stage.takeOffer()
            stage.pipeline.provider(.part(tag: offer.tag, .accepted(id: id, status: .sent)), at: stage.clock)
            stage.writeReceipt(of: id, .delivered)
        }
        stage.readReceipts(2)
        stage.run(1)
        #expect(stage.events.map(\.status) == ["SENT", "DELIVERED"])
    }

    /// One is: the other account cannot send the rest of the same message.
    @Test func anotherAccountDoesNotGoOn() throws {
        let stage = try DoorStage.opened()
        stage.publish("r", parts: 2, policy: "hold")
        stage.run(2)
        for outcome in [PartOutcome.accepted(id: "x", status: .sent), .notSent(reason: "throttled")] {
            let offer = try stage.takeOffer()
            stage.pipeline.provider(.part(tag: offer.tag, outcome), at: stage.clock)
        }
        stage.pipeline.provider(.later(.seconds(60)), at: stage.clock)
        stage.run(1)
        stage.begin(as: 2)
        stage.startLog()
        try stage.answerRestore()
        stage.turn()
        stage.answerSearch()
        stage.run(4)
        #expect(stage.gateway.offered.isEmpty && stage.events.map(\.status) == ["FAILED"])
        #expect(stage.events.last?.code == "NOT_SENDABLE" && stage.events.last?.message == "1 of 2 parts were taken")
    }
}
