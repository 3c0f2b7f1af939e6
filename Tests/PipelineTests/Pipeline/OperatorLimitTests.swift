import PipelineSupport
import Testing

@testable import Requests
@testable import SMSPipeline

/// What an operator forbids ends before it costs; whatever a request asks for.
@Suite struct OperatorLimitTests {
    private static func request(_ id: String, _ more: String = "") -> String {
        #"{"id":"\#(id)","phone":"375291234567","text":"a"\#(more)}"#
    }

    private func stage(maxParts: Int = 0, _ change: (inout SendSettings) -> Void = { _ in }) throws -> PipelineStage {
        var send = SendSettings.sample
        change(&send)
        let stage = PipelineStage(settings: .sample(send: send, maxParts: maxParts))
        stage.answer = .accepted(Acceptance(messageIDs: ["7"], status: .known(.queued), cost: nil))
        try stage.start()
        return stage
    }

    @Test func aSenderThatIsNotAllowedFailsUnsentAndItsIDIsClosed() throws {
        let stage = try stage { $0.allowedSenders = AllowedSenders(["Shop"]) }
        try stage.publish(Self.request("other", #","sender":"Bank""#), at: stage.wall)
        try stage.publish(Self.request("own", #","sender":"Shop""#), at: stage.wall)
        try stage.publish(Self.request("none"), at: stage.wall)
        try stage.publish(Self.request("other"), at: stage.wall)
        try stage.pass(.zero)
        #expect(stage.events.map(\.id) == ["other", "own", "none"] && stage.events.map(\.status) == ["FAILED", "QUEUED", "QUEUED"])
        #expect(stage.sent.count == 2 && stage.committed == 4)
        #expect(try stage.restored().closed.count == 1)
    }

    /// What the provider has not checked and registered it sends from another name.
    @Test(arguments: [(SenderList.Policy.reject, "FAILED", 1, 0), (.warn, "QUEUED", 2, 1), (.allow, "QUEUED", 2, 0)])
    func aSenderOutsideTheProvidersList(policy: SenderList.Policy, status: String, posts: Int, warnings: Int) throws {
        let stage = PipelineStage(settings: .sample(senderPolicy: policy))
        stage.answer = .accepted(Acceptance(messageIDs: ["7"], status: .known(.queued), cost: nil))
        stage.senders = .usable([Array("Shop")])
        try stage.start()
        try stage.publish(Self.request("bank", #","sender":"Bank""#), at: stage.wall)
        try stage.publish(Self.request("shop", #","sender":"Shop""#), at: stage.wall)
        #expect(stage.events.map(\.status) == [status, "QUEUED"] && stage.sent.count == posts)
        #expect(stage.notes.count { if case .senderNotUsable = $0 { true } else { false } } == warnings)
        #expect(stage.senderQuestions == (policy == .allow ? 0 : 1))
    }

    @Test func aListThatCannotBeHadStopsNobodyUntilItIs() throws {
        let stage = PipelineStage(settings: .sample(senderPolicy: .reject))
        stage.answer = .accepted(Acceptance(messageIDs: ["7"], status: .known(.queued), cost: nil))
        try stage.start()
        try stage.publish(Self.request("a", #","sender":"Bank""#), at: stage.wall)
        #expect(stage.events.map(\.status) == ["QUEUED"])
        #expect(stage.notes.contains { if case .sendersUnknown = $0 { true } else { false } })
        stage.senders = .usable([Array("Shop")])
        try stage.turn(for: 20)
        try stage.publish(Self.request("b", #","sender":"Bank""#), at: stage.wall)
        #expect(stage.events.map(\.status) == ["QUEUED", "FAILED"] && stage.senderQuestions == 2)
    }

    @Test func aTextOfMorePartsThanAreAllowedFailsUnsent() throws {
        let stage = try stage(maxParts: 1)
        let long = String(repeating: "a", count: 161)
        try stage.publish(#"{"id":"long","phone":"375291234567","text":"\#(long)"}"#, at: stage.wall)
        try stage.publish(#"{"id":"fits","phone":"375291234567","text":"\#(long.dropLast())"}"#, at: stage.wall)
        #expect(stage.events.map(\.status) == ["FAILED", "QUEUED"] && stage.sent.count == 1)
    }

    /// Its text stands at the provider; what it takes is known before it costs.
    @Test func aTemplateHasThePartsOfItsText() throws {
        let stage = PipelineStage(settings: .sample(maxParts: 1))
        stage.answer = .accepted(Acceptance(messageIDs: ["7"], status: .known(.queued), cost: nil))
        stage.templates = .known([Array("TPL_ID_1".utf8): 1, Array("TPL_ID_2".utf8): 2])
        try stage.start()
        for number in 1...3 {
            try stage.publish(#"{"id":"\#(number)","phone":"375291234567","template":"TPL_ID_\#(number)"}"#, at: stage.wall)
        }
        #expect(stage.events.map(\.status) == ["QUEUED", "FAILED", "QUEUED"] && stage.sent.count == 2)
        #expect(stage.notes.count { if case .templateMissing = $0 { true } else { false } } == 1)
    }

    @Test func templatesThatCannotBeHadStopNobody() throws {
        let stage = try stage(maxParts: 1)
        try stage.publish(#"{"id":"1","phone":"375291234567","template":"TPL_ID_1"}"#, at: stage.wall)
        #expect(stage.events.map(\.status) == ["QUEUED"])
        #expect(!stage.notes.contains { if case .templateMissing = $0 { true } else { false } })
        // A first failure that nobody missed, and one since a request named a template.
        try stage.turn(for: 20)
        #expect(stage.notes.count { if case .templatesUnknown = $0 { true } else { false } } == 1)
    }

    @Test(arguments: [(UnknownPolicy?.none, 2), (.fail, 1)])
    func aRequestCannotAskForLessCareThanTheFloor(floor: UnknownPolicy?, posts: Int) throws {
        let stage = try stage {
            $0.onUnknown = .fail
            $0.onUnknownFloor = floor
            $0.maxAttempts = 2
        }
        stage.answer = .unknown(reason: "no answer")
        try stage.publish(Self.request("a", #","onUnknown":"resend""#), at: stage.wall)
        try stage.pass(.seconds(10))
        #expect(stage.sent.count == posts && stage.events.last?.status == "FAILED")
    }

    @Test func aSendAtBeyondAYearIsADeadLetter() throws {
        let stage = try stage()
        try stage.publish(Self.request("far", #","sendAt":"2099-01-01T00:00:00Z""#), at: stage.wall)
        let codes = stage.notes.compactMap { if case .deadLettered(let code, _, _) = $0 { code } else { nil } }
        #expect(codes == [.badSendAt] && stage.sent.isEmpty && stage.events.isEmpty && stage.committed == 1)
    }

    @Test func aPauseThatTheProviderAsksForStopsAllAttempts() {
        let fixture = PipelineFixture()
        fixture.pipeline.provider(.later(.seconds(30)), at: fixture.clock)
        #expect(fixture.pipeline.shutGate == "retry-after")
    }
}
