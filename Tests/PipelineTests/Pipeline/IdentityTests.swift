import PipelineSupport
import Testing

@testable import Requests
@testable import SMSPipeline

/// G1 and G3 hang on it: what is one request in memory is one key in the ledger.
@Suite struct IdentityTests {
    private let request = #"{"phone":"375291234567","text":"a"}"#
    private let accepted = AttemptOutcome.accepted(Acceptance(messageIDs: ["7"], status: .known(.queued), cost: nil))

    @Test func publishingAgainUnderAnIDThatTheWorkerMadeIsARepeat() throws {
        let stage = PipelineStage(committed: 0)
        try stage.start()
        try stage.publish(request, at: 1_795_499_999_000)
        let made = try #require(stage.events.first?.id)
        try stage.publish(#"{"id":"\#(made)","phone":"375291234567","text":"a"}"#, at: 1_795_500_000_000)
        #expect(stage.sent.count == 1 && stage.events.count == 1)
    }

    /// The window is over, the old request's closed entry still stands in the log, and the new request is open for hours.
    @Test func aSweepLeavesTheRequestsOfATopicMadeAnewAlone() throws {
        let stage = PipelineStage(committed: 0)
        try stage.start()
        try stage.publish(request, at: 1_795_499_999_000)
        stage.makeTopicAnew()
        stage.repairFromEarliest()
        stage.answer = accepted
        try stage.start()
        try stage.publish(request, at: 1_795_500_000_000)
        #expect(stage.sent.count == 2, "another record, another request")
        try stage.pass(.seconds(24 * 3_600))
        #expect(stage.tombstones.count == 1, "the old one's")
        #expect(try stage.restored().tracked.count == 1)
    }

    /// What 32f862e has left open or closed is read again from the beginning, as a repair does: nothing is sent twice.
    @Test func aLedgerOfTheEarlierVersionLosesAndRepeatsNothing() throws {
        let stage = PipelineStage(
            ledger: EarlierLedger.records.map { PipelineStage.LedgerRecord(key: $0.key, value: $0.value) }, committed: 4)
        stage.repairFromEarliest()
        stage.answer = accepted
        try stage.start()
        #expect(stage.sent == ["375291234503"], "the one that waited")
        for offset in 0..<Int64(4) { try stage.publish(request, at: EarlierLedger.timestamp(offset)) }
        for offset in 0..<4 { try stage.publish(#"{"id":"t-0-\#(offset)","phone":"375291234567","text":"a"}"#, at: 1_795_500_000_000) }
        #expect(stage.sent.count == 1)
        try stage.publish(#"{"command":"resolve","id":"t-0-2","as":"failed"}"#, at: 1_795_500_000_000)
        #expect(stage.events.map(\.id) == ["t-0-3", "t-0-2"] && stage.events.map(\.status) == ["QUEUED", "FAILED"])
        // As closed ones they are remembered too, and their ids stay what they are.
        stage.repairFromEarliest()
        try stage.start()
        #expect(stage.sent.count == 1 && stage.events.count == 2)
        let ledger = try stage.restored()
        #expect(ledger.tracked.count == 2 && ledger.closed.count == 2 && ledger.active.isEmpty)
        for id in ["t-0-0", "t-0-2"] { #expect(ledger.closed.closedSecond(RequestHash(id: Array(id))) != nil) }
        try stage.pass(.seconds(24 * 3_600))
        #expect(stage.tombstones == ["t-0-0", "t-0-2"])
        // Their window is over: the same records are new requests now, with ids of today.
        let count = stage.sent.count
        stage.repairFromEarliest()
        try stage.start()
        #expect(stage.sent.count > count)
    }

    /// Before, each walked all that is open.
    @Test func aCommandFindsAGeneratedIDByItsText() throws {
        let stage = PipelineStage(committed: 0)
        try stage.start()
        stage.answer = .unknown(reason: "no answer")
        try stage.publish(#"{"phone":"375291234567","text":"a","onUnknown":"hold"}"#, at: 1_795_499_999_000)
        #expect(stage.sent.count == 1 && stage.events.isEmpty)
        try stage.publish(#"{"command":"resolve","id":"t-0-0","as":"failed"}"#, at: 1_795_499_999_000)
        #expect(stage.events.isEmpty, "not its id")
        try stage.publish(#"{"command":"resolve","id":"t-0-0-1795499999000","as":"failed"}"#, at: 1_795_499_999_000)
        #expect(stage.events.map(\.id) == ["t-0-0-1795499999000"])
    }
}
