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
        stage.answer = .accepted(Receipt(messageIDs: ["8767"], status: .known(.queued), cost: nil))
        stage.status = .queued
        try stage.start()
        try stage.publish(#"{"id":"a","phone":"375291234567","text":"x"}"#, at: stage.wall)
        stage.status = .sent
        try stage.pass(.seconds(4))
        #expect(stage.courses == ["QUEUED 1", "SENT 2", "SENT 3"])
    }
}
