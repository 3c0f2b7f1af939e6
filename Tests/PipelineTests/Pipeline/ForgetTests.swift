import PipelineSupport
import Testing

@testable import Requests
@testable import SMSPipeline

@Suite struct ForgetTests {
    private let request = #"{"id":"a","phone":"375291234567","text":"a"}"#
    private let forget = #"{"command":"forget","id":"a"}"#

    private func dropped(_ stage: PipelineStage) -> [String] {
        stage.notes.compactMap { if case .commandDropped(.forget, _, _, let reason) = $0 { reason } else { nil } }
    }

    @Test func aClosedRequestLeavesLedgerAndMemoryAndItsIDIsNew() throws {
        let stage = PipelineStage(committed: 0)
        try stage.start()
        try stage.publish(request, at: stage.wall)
        #expect(stage.events.map(\.status) == ["FAILED"])
        try stage.publish(request, at: stage.wall)
        #expect(stage.sent.count == 1, "remembered")
        try stage.publish(forget, at: stage.wall)
        #expect(stage.tombstones == ["a"] && dropped(stage) == [] && stage.committed == 3, "the tombstone goes with the offset")
        #expect(try stage.restored().closed.count == 0)
        // The tombstone may take the last trace of how far the partition was read.
        #expect(stage.ledger.last { $0.key.isEmpty } != nil)
        try stage.publish(request, at: stage.wall)
        #expect(stage.sent.count == 2 && stage.events.count == 2)
        try stage.publish(forget, at: stage.wall)
        #expect(stage.tombstones == ["a", "a"])
    }

    @Test func anOpenOneAndOneThatNobodyKnowsAreNotForgotten() throws {
        let stage = PipelineStage(committed: 0)
        stage.answer = .accepted(Acceptance(messageIDs: ["7"], status: .known(.sent), cost: nil))
        try stage.start()
        try stage.publish(forget, at: stage.wall)
        try stage.publish(request, at: stage.wall)
        try stage.publish(forget, at: stage.wall)
        try stage.turn(for: 2)
        #expect(dropped(stage).count == 2 && stage.tombstones.isEmpty && stage.committed == 3)
        #expect(dropped(stage).last?.contains("open") == true)
        #expect(try stage.restored().tracked.count == 1)
        try stage.publish(request, at: stage.wall)
        #expect(stage.sent.count == 1, "still a repeat")
    }

    /// Its transaction is aborted, and what came behind it with the same id is not lost.
    @Test func anAbortForgetsNothingAndLosesNothing() throws {
        let stage = PipelineStage(committed: 0)
        try stage.start()
        try stage.publish(request, at: stage.wall)
        stage.aborts = 2
        try stage.publish([forget, request], key: "k", at: stage.wall)
        try stage.turn(for: 20)
        #expect(stage.tombstones == ["a"] && stage.events.count == 2 && stage.committed == 3)
        #expect(try stage.restored().closed.count == 1)
    }

    /// A sweep that was under way has seen the id still: two tombstones do no harm.
    @Test func aSweepAndAForgetMayMeet() throws {
        let stage = PipelineStage(settings: .sample(dedupWindow: .seconds(60)))
        try stage.start()
        try stage.publish(request, at: stage.wall)
        try stage.turn(for: 59)
        try stage.publish(forget, at: stage.wall)
        try stage.turn(for: 10)
        #expect(Set(stage.tombstones) == ["a"])
        try stage.publish(request, at: stage.wall)
        #expect(stage.sent.count == 2)
        #expect(try stage.restored().closed.count == 1)
    }
}
