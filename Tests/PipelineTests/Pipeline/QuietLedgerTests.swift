import PipelineSupport
import Testing

@testable import Requests
@testable import SMSPipeline

/// The last texts of a partition leave its ledger's log too: a segment is rolled, and then cleaned, only when something is appended.
@Suite struct QuietLedgerTests {
    private func recorded(_ stage: PipelineStage) -> Int { stage.ledger.count { $0.key.isEmpty } }

    private func stage() throws -> PipelineStage {
        let stage = PipelineStage()
        stage.answer = .accepted(Acceptance(messageIDs: ["7"], status: .known(.sent), cost: nil))
        try stage.start()
        return stage
    }

    @Test func oneRecordFollowsTheLastOfAPartitionAfterASegmentsTimeAndNoMore() throws {
        let stage = try stage()
        try stage.publish(#"{"id":"a","phone":"375291234567","text":"a"}"#, at: stage.wall)
        try stage.turn(for: 590)
        let before = (stage.ledger.count, recorded(stage))
        try stage.turn(for: 140)
        #expect((stage.ledger.count, recorded(stage)) == (before.0 + 1, before.1 + 1), "eleven to twelve minutes after")
        try stage.turn(for: 7_200)
        #expect(stage.ledger.count == before.0 + 1, "once")
        try stage.publish(#"{"id":"b","phone":"375291234567","text":"a"}"#, at: stage.wall)
        let again = stage.ledger.count
        try stage.turn(for: 800)
        #expect(stage.ledger.count == again + 1, "and once after the next")
    }

    @Test func whoTakesAPartitionOverFollowsWhatAnotherHasLeft() throws {
        let stage = try stage()
        try stage.publish(#"{"id":"a","phone":"375291234567","text":"a"}"#, at: stage.wall)
        try stage.start()
        let before = stage.ledger.count
        try stage.turn(for: 800)
        #expect(stage.ledger.count == before + 1)
    }

    @Test func anUnusedPartitionStaysUnused() throws {
        let stage = try stage()
        try stage.turn(for: 1_500)
        #expect(stage.ledger.isEmpty)
    }
}
