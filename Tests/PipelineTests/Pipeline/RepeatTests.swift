import PipelineSupport
import Testing

@testable import Requests
@testable import SMSPipeline

/// A repeat is dropped whatever it holds; where it holds something else its client must hear of it.
@Suite struct RepeatTests {
    private func request(_ text: String, _ more: String = "") -> String {
        #"{"id":"a","phone":"375291234567","text":"\#(text)"\#(more)}"#
    }

    private func differences(_ stage: PipelineStage) -> [[String]] {
        stage.notes.compactMap { if case .repeatDiffers(_, _, let fields) = $0 { fields } else { nil } }
    }

    private func repeats(_ stage: PipelineStage) -> Int {
        stage.notes.count { if case .repeated = $0 { true } else { false } }
    }

    @Test func whileItWaitsTheWholeMessageIsCompared() throws {
        let stage = PipelineStage(committed: 0)
        stage.answer = .notSent(reason: "no connection", retryAfter: .seconds(3_000), isAnswer: false)
        try stage.start()
        try stage.publish(request("one"), at: stage.wall)
        try stage.publish(request("one"), at: stage.wall + 5)
        // A gate is shut: what could not begin is read a moment later.
        try stage.turn(for: 1)
        #expect(differences(stage) == [] && repeats(stage) == 1)
        try stage.publish(request("two", #","metadata":{"x":"y"}"#), at: stage.wall)
        try stage.turn(for: 1)
        #expect(differences(stage) == [["text", "metadata"]] && repeats(stage) == 2)
    }

    @Test func onceAcceptedItsPartsAndTheRestAre() throws {
        let stage = PipelineStage(committed: 0)
        stage.answer = .accepted(Acceptance(messageIDs: ["7"], status: .known(.sent), cost: nil))
        try stage.start()
        try stage.publish(request("one"), at: stage.wall)
        try stage.publish(request("two"), at: stage.wall)
        #expect(differences(stage) == [], "of one part like the first, whose text is not kept")
        try stage.publish(request(String(repeating: "x", count: 200)), at: stage.wall)
        try stage.publish(request("one", #","priority":true"#), at: stage.wall)
        #expect(differences(stage) == [["text"], ["priority"]])
        #expect(stage.sent.count == 1 && repeats(stage) == 3)
    }

    @Test func ofAClosedOneNothingIsKnown() throws {
        let stage = PipelineStage(committed: 0)
        try stage.start()
        try stage.publish(request("one"), at: stage.wall)
        try stage.publish(request("two"), at: stage.wall)
        #expect(differences(stage) == [] && repeats(stage) == 1 && stage.sent.count == 1)
    }
}
