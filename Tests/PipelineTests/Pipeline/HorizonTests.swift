import PipelineSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

@Suite struct HorizonTests {
    /// G4. The last look, at the horizon itself, brings a new status: the event that ends the tracking comes behind it, and repeats it.
    /// (Seen by the simulator, seed 251: it was made of the entry before, with the same sequence and the older status.)
    @Test func theLastWordComesBehindWhatTheLastLookHasLearned() throws {
        var track = TrackSettings.sample
        track.cadence = [.seconds(1)]
        track.horizon = .seconds(2)
        let stage = PipelineStage(settings: .sample(track: track))
        stage.answer = .accepted(Acceptance(messageIDs: ["8767"], status: .known(.queued), cost: nil))
        stage.status = .queued
        try stage.start()
        try stage.publish(#"{"id":"a","phone":"375291234567","text":"x"}"#, at: stage.wall)
        stage.status = .sent
        try stage.pass(.seconds(4))
        #expect(stage.courses == ["QUEUED 1", "SENT 2", "SENT 3"])
    }

    /// While bad credentials forbid every question the horizon stands still, and for the next owner too.
    @Test(arguments: [false, true])
    func timeWithoutQuestionsCountsForNobody(isRestartedDuring: Bool) throws {
        var track = TrackSettings.sample
        track.cadence = [.seconds(1)]
        track.horizon = .seconds(600)
        let stage = PipelineStage(settings: .sample(track: track))
        stage.answer = .accepted(Acceptance(messageIDs: ["8767"], status: .known(.queued), cost: nil))
        stage.status = .queued
        try stage.start()
        try stage.publish(#"{"id":"a","phone":"375291234567","text":"x"}"#, at: stage.wall)
        try stage.turn(for: 30)
        stage.arePollsRefused = true
        stage.balance = .badCredentials
        try stage.turn(for: 1_800)
        if isRestartedDuring { try stage.start() }
        try stage.turn(for: 100)
        stage.arePollsRefused = false
        stage.balance = .credits(1_000)
        for _ in 0..<310 where stage.accountProblem != nil { try stage.turn(for: 1) }
        try stage.turn(for: 3)
        try stage.start()
        try stage.turn(for: 5)
        #expect(stage.courses == ["QUEUED 1"], "some minutes are left: a kill in a pause forgets five of it at most")
        try stage.turn(for: 600)
        #expect(stage.courses == ["QUEUED 1", "QUEUED 2"])
    }
}
