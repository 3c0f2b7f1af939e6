import PipelineSupport
import Testing

@testable import Requests
@testable import SMSPipeline

/// A partition that cannot be read says so, loses nothing, and goes on by itself.
@Suite struct ReadingFailureTests {
    private func request(_ number: Int) -> String { #"{"id":"\#(number)","phone":"37529\#(1_000_000 + number)","text":"a"}"# }

    private func error(_ name: String, isDamagedLog: Bool = false) -> BrokerError {
        var error = BrokerError(.other, name: name)
        error.isDamagedLog = isDamagedLog
        return error
    }

    private func stage() throws -> PipelineStage {
        let stage = PipelineStage()
        stage.answer = .accepted(Acceptance(messageIDs: ["7"], status: .known(.sent), cost: nil))
        try stage.start()
        return stage
    }

    /// The client library says it once, passes over the batch, and gives out what is behind it.
    @Test func nothingBehindADamagedBatchIsTakenUntilItIsWhole() throws {
        let stage = try stage()
        try stage.publish(request(0), at: stage.wall)
        stage.readingFailure = (1, error("_BAD_MSG", isDamagedLog: true))
        for number in 1...3 { try stage.publish(request(number), at: stage.wall) }
        try stage.turn(for: 60)
        #expect(stage.sent == ["375291000000"] && stage.committed == 1)
        let reason = try #require(stage.unreadiness)
        #expect(reason.contains("t-0") && reason.contains("damaged at offset 1") && reason.contains("_BAD_MSG"))
        stage.readingFailure = nil
        try stage.turn(for: 12)
        #expect(stage.sent == (0...3).map { "37529\(1_000_000 + $0)" } && stage.unreadiness == nil)
        #expect(stage.notes.allSatisfy { if case .gap = $0 { false } else { true } })
    }

    /// Behind the damage the library may ask for an offset that there is not, and then it reads nothing more of the partition.
    @Test func anotherSessionLooksAtADamagedLogMoreAndMoreRarely() throws {
        let stage = try stage()
        try stage.publish(request(0), at: stage.wall)
        var lost = error("_AUTO_OFFSET_RESET")
        lost.isOffsetLost = true
        var restarts: Int { stage.notes.count { if case .startingOver = $0 { true } else { false } } }
        let damaged = error("_BAD_MSG", isDamagedLog: true)
        stage.readingFailure = (1, damaged)
        for (turn, wait) in [60, 120].enumerated() {
            try stage.publish(request(turn + 1), at: stage.wall)
            try stage.turn(for: 9)
            stage.readingFailure = (1, lost)
            try stage.turn(for: wait - 9)
            #expect(restarts == turn && stage.unreadiness?.contains("damaged at offset 1") == true)
            try stage.turn(for: 35)
            #expect(restarts == turn + 1)
            try stage.openSession(failure: turn == 0 ? (1, damaged) : nil)
        }
        try stage.turn(for: 12)
        #expect(stage.sent.count == 3 && stage.unreadiness == nil)
    }

    /// As the operator does it where no replica has them whole.
    @Test func whenTheDamagedRecordsAreDeletedTheRestoreDecidesAtOnce() throws {
        let stage = try stage()
        try stage.publish(request(0), at: stage.wall)
        stage.readingFailure = (1, error("_BAD_MSG", isDamagedLog: true))
        try stage.publish(request(1), at: stage.wall)
        try stage.turn(for: 9)
        var lost = error("_AUTO_OFFSET_RESET")
        lost.isOffsetLost = true
        stage.readingFailure = (1, lost)
        try stage.turn(for: 12)
        try stage.look(low: 1)
        #expect(!stage.isRestoring && stage.unreadiness?.contains("damaged") == true)
        try stage.turn(for: 10)
        try stage.look(low: 2)
        #expect(stage.isRestoring)
    }

    /// The library says it once, and nothing when it passes.
    @Test func aRightThatIsTakenAwayShowsUntilItIsGivenBack() throws {
        let stage = try stage()
        try stage.publish(request(0), at: stage.wall)
        stage.readingFailure = (1, error("TOPIC_AUTHORIZATION_FAILED"))
        try stage.publish(request(1), at: stage.wall)
        try stage.turn(for: 45)
        #expect(stage.unreadiness?.contains("cannot be read at offset 1 (TOPIC_AUTHORIZATION_FAILED)") == true)
        #expect(stage.sent.count == 1)
        stage.readingFailure = nil
        try stage.turn(for: 12)
        #expect(stage.unreadiness == nil && stage.sent.count == 2)
    }

    @Test func anEndTellsThatItIsReadAgain() throws {
        let stage = try stage()
        try stage.publish(request(0), at: stage.wall)
        stage.readingFailure = (1, error("TOPIC_AUTHORIZATION_FAILED"))
        try stage.turn(for: 5)
        #expect(stage.unreadiness != nil)
        stage.readingFailure = nil
        try stage.turn(for: 12)
        #expect(stage.unreadiness == nil)
    }

    /// As a broker that has just come back may answer. The library says it once, and then nothing of this partition for the whole session.
    @Test func anOffsetThatTheBrokerDoesNotKnowIsReadByAnotherSession() throws {
        let stage = try stage()
        try stage.publish(request(0), at: stage.wall)
        var lost = error("_AUTO_OFFSET_RESET")
        lost.isOffsetLost = true
        stage.readingFailure = (1, lost)
        try stage.publish(request(1), at: stage.wall)
        try stage.restore()
        try stage.turn(for: 1)
        #expect(stage.notes.count { if case .opened = $0 { true } else { false } } == 1, "said to be open, it would be read by nobody")
        #expect(stage.notes.contains { if case .startingOver = $0 { true } else { false } })
        try stage.start()
        #expect(stage.sent.count == 2 && stage.committed == 2)
    }
}
