import PipelineSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

/// A further part goes when a first one may: the centre's wish for a pause, the rate and the pace hold for parts, not for attempts.
@Suite struct DoorGateTests {
    private func begun(_ parts: Int, send: SendSettings = .sample) throws -> DoorStage {
        let stage = try DoorStage.opened(send: send)
        stage.publish("r", parts: parts, policy: "hold")
        stage.run(2)
        return stage
    }

    /// - Returns: of the part that was offered.
    @discardableResult
    private func accept(_ stage: DoorStage) throws -> Int {
        let offer = try #require(stage.gateway.offered.first)
        stage.gateway.offered.removeFirst()
        #expect(stage.pipeline.mayBegin(tag: offer.tag, at: stage.clock))
        let id = stage.centre.take(offer.request, part: offer.part, fails: false, using: &stage.random)
        stage.pipeline.provider(.part(tag: offer.tag, .accepted(id: id, status: .sent)), at: stage.clock)
        return offer.part
    }

    @Test func itWaitsOutThePauseThatTheCentreAskedFor() throws {
        let stage = try begun(3)
        stage.pipeline.provider(.later(.seconds(3)), at: stage.clock)
        try accept(stage)
        stage.run(2)
        #expect(stage.gateway.offered.isEmpty)
        #expect(stage.pipeline.nextTurnAt <= stage.clock.monotonic + .seconds(1))
        stage.run(1)
        #expect(stage.gateway.offered.map(\.part) == [1])
        try accept(stage)
        try accept(stage)
        stage.run(1)
        #expect(stage.events.map(\.status) == ["SENT"] && stage.events.last?.isPossibleDuplicate == false)
    }

    /// The lease is over before the pause is: what was not offered is unsent, and goes with another attempt.
    @Test func whatWaitsWhenTheLeaseEndsIsUnsent() throws {
        let stage = try begun(3)
        stage.pipeline.provider(.later(.seconds(20)), at: stage.clock)
        try accept(stage)
        stage.run(10)
        let entry = try #require(stage.restored().active.first)
        #expect(entry.state == .waiting && !entry.hasUnknownOutcome && entry.submission?.toSubmit == [1, 2])
        #expect(stage.pipeline.attempts.count == 0 && stage.gateway.offered.isEmpty)
        stage.run(14)
        #expect(stage.gateway.offered.map(\.part) == [1])
        try accept(stage)
        try accept(stage)
        stage.run(1)
        #expect(stage.events.map(\.status) == ["SENT"] && stage.events.last?.isPossibleDuplicate == false)
    }

    @Test func theRateIsTakenBeforeIt() throws {
        var send = SendSettings.sample
        send.rateLimit = 2
        let stage = try begun(8, send: send)
        var times: [Int] = []
        for time in 0..<200 {
            if !stage.gateway.offered.isEmpty {
                times.append(time)
                try accept(stage)
            }
            stage.pass(.milliseconds(50))
            stage.turn()
            stage.answerCommit(true)
        }
        #expect(times.count == 8)
        for (first, third) in zip(times, times.dropFirst(2)) where (third - first) * 50 < 950 {
            Issue.record("three parts in \((third - first) * 50) ms")
        }
    }

    /// Much fails: more run than should, and an answer makes no place for a further part.
    @Test func aNarrowedPaceHoldsIt() throws {
        let stage = try DoorStage.opened()
        for number in 0..<64 { stage.publish("r\(number)", parts: 2, policy: "resend") }
        stage.run(2)
        #expect(stage.gateway.offered.count == 64)
        for offer in stage.gateway.offered.suffix(40) {
            stage.pipeline.provider(.part(tag: offer.tag, .notSent(reason: "there is no connection")), at: stage.clock)
        }
        stage.gateway.offered.removeLast(40)
        try accept(stage)
        #expect(stage.gateway.offered.count == 23 && stage.pipeline.door.line.count == 1)
        #expect(stage.pipeline.gates.pace.width(.send, at: stage.clock.monotonic) < 23)
        // With the next answer it is wider again.
        try accept(stage)
        #expect(stage.gateway.offered.count == 24 && stage.pipeline.door.line.isEmpty)
        while !stage.gateway.offered.isEmpty { try accept(stage) }
        stage.run(1)
        #expect(stage.events.count == 24)
    }

    @Test func itEndsUnsentWhereTheDoorShuts() throws {
        let stage = try begun(2)
        stage.pipeline.provider(.later(.seconds(5)), at: stage.clock)
        try accept(stage)
        stage.pipeline.provider(.door(.shut("the link is down")), at: stage.clock)
        stage.run(1)
        let entry = try #require(stage.restored().active.first)
        #expect(entry.state == .waiting && entry.failures == 0 && stage.pipeline.attempts.count == 0)
    }

    /// A partition that is given back does not wait for what waits itself.
    @Test func itEndsWithItsPartition() throws {
        let stage = try begun(2)
        stage.pipeline.provider(.later(.seconds(5)), at: stage.clock)
        try accept(stage)
        stage.session.events.append(.revoke([DoorStage.partition], isLost: false))
        stage.turn()
        #expect(stage.pipeline.attempts.count == 0)
        stage.answerCommit(true)
        stage.turn()
        #expect(!stage.pipeline.isOpen(DoorStage.partition))
        let entry = try #require(stage.restored().active.first)
        #expect(entry.state == .waiting && entry.submission?.toSubmit == [1])
    }

    /// The session is made anew meanwhile: the attempt has ended by then, and a restore knows how.
    @Test func itsEndIsAFact() throws {
        let stage = try begun(2)
        stage.pipeline.provider(.later(.seconds(5)), at: stage.clock)
        try accept(stage)
        try stage.rebuild()
        try stage.reopen()
        stage.run(1)
        let entry = try #require(stage.restored().active.first)
        #expect(entry.state == .waiting && !entry.hasUnknownOutcome && entry.submission?.toSubmit == [1])
    }
}
