import Testing
import Time

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct HorizonTests {
    /// G4. The last look, at the horizon itself, brings a new status: the event that ends the tracking comes behind it, and repeats it.
    /// (Seen by the simulator, seed 251: it was made of the entry before, with the same sequence and the older status.)
    @Test func theLastWordComesBehindWhatTheLastLookHasLearned() throws {
        let stage = try PipelineStage(settings: ["TRACK_CADENCE": "1s", "TRACK_HORIZON": "2s"])
        stage.answer = .accepted(Receipt(messageIDs: ["8767"], status: .known(.queued), cost: nil))
        stage.status = .queued
        try stage.start()
        try stage.publish(#"{"id":"a","phone":"375291234567","text":"x"}"#, at: stage.wall)
        stage.status = .sent
        try stage.pass(.seconds(4))
        #expect(stage.courses == ["QUEUED 1", "SENT 2", "SENT 3"])
    }
}
