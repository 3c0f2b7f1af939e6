import PipelineSupport
import Testing

@testable import Requests
@testable import SMSPipeline

/// A ledger with another group's name in it: closed, with a way out that its sentence names.
@Suite struct OtherGroupTests {
    private func record(_ group: String) -> PipelineStage.LedgerRecord {
        var value: [UInt8] = []
        LedgerCodec.encode(LedgerCodec.Recorded(group: group, offset: 0), into: &value)
        return PipelineStage.LedgerRecord(key: [], value: value)
    }

    @Test func aPartitionOpensWithinAMinuteAfterTheRecordOfAnotherGroupWasTakenOut() throws {
        let stage = PipelineStage(ledger: [record("g"), record("x")], committed: 0)
        try stage.start()
        #expect(!stage.isOpen)
        let reason = try #require(stage.unreadiness)
        #expect(reason.contains("belongs to the group x") && reason.contains("ledger forget --offset 1 --other-group"))
        stage.forget(key: [])
        try stage.turn(for: 61)
        #expect(stage.wantsRestore, "no other offset tells of it")
        try stage.restore()
        try stage.publish(#"{"id":"a","phone":"375291234567","text":"a"}"#, at: stage.wall)
        #expect(stage.isOpen && stage.unreadiness == nil && stage.sent.count == 1)
    }
}
