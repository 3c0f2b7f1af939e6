import PipelineSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

@Suite struct TraceTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent: UInt64 = 0x00f0_67aa_0ba9_02b7
    private static let sampled = "00-\(trace)-00f067aa0ba902b7-01"

    private func stage(isTraced: Bool = true, _ traceparent: String?, answer: AttemptOutcome) throws -> PipelineStage {
        var track = TrackSettings.sample
        track.cadence = [.seconds(1)]
        let stage = PipelineStage(committed: 0, settings: .sample(track: track, isTraced: isTraced))
        stage.answer = answer
        stage.status = .delivered
        try stage.start()
        try stage.publish(
            [#"{"id":"a","phone":"375291234567","text":"x"}"#], key: "k", traceparent: traceparent, at: stage.wall)
        return stage
    }

    private func spans(_ stage: PipelineStage) -> [TraceSpan] {
        stage.notes.compactMap { if case .span(let span) = $0 { span } else { nil } }
    }

    private static let accepted = AttemptOutcome.accepted(Acceptance(messageIDs: ["7"], status: .known(.queued), cost: nil))

    @Test func aSampledRequestLeavesASpanForItsWayItsPostAndEachEvent() throws {
        let stage = try stage(Self.sampled, answer: Self.accepted)
        try stage.turn(for: 3)
        let spans = spans(stage)
        #expect(stage.courses == ["QUEUED 1", "DELIVERED 2"])
        let process = try #require(spans.first { if case .process = $0.kind { true } else { false } })
        let attempt = try #require(spans.first { if case .attempt = $0.kind { true } else { false } })
        let events = spans.filter { if case .event = $0.kind { true } else { false } }
        #expect(spans.count == 4 && events.map(\.kind) == [.event(.queued), .event(.delivered)])
        #expect(process.kind == .process(PipelineStage.partition, offset: 0, .queued, code: nil))
        #expect(attempt.kind == .attempt(Self.accepted, resends: 0))
        #expect(process.parent == Self.parent && attempt.parent == process.id && events[0].parent == process.id)
        // The process that took the request may be gone by then.
        #expect(events[1].parent == Self.parent)
        #expect(Set(spans.map(\.id)).count == 4 && !spans.contains { $0.id == 0 || $0.id == Self.parent })
        #expect(process.start <= attempt.start && attempt.end <= process.end && events[0].end == process.end)
        // The provider is told of the POST's own span.
        #expect(stage.traces == ["00-\(Self.trace)-\(hexadecimal(attempt.id))-01"])
    }

    @Test func anAttemptThatIsTriedAgainHasASpanOfItsOwn() throws {
        let stage = try stage(Self.sampled, answer: .unknown(reason: "no answer"))
        stage.answer = Self.accepted
        try stage.turn(for: 10)
        let attempts = spans(stage).compactMap { if case .attempt(let outcome, let resends) = $0.kind { (outcome, resends) } else { nil } }
        #expect(attempts.map(\.0) == [.unknown(reason: "no answer"), Self.accepted] && attempts.map(\.1) == [0, 1])
        #expect(Set(stage.traces).count == 2)
    }

    @Test func anAbortedTransactionEndsNoSpan() throws {
        let stage = PipelineStage(committed: 0, settings: .sample(isTraced: true))
        stage.answer = .refused(code: "BAD_PHONE")
        try stage.start()
        stage.aborts = 3
        try stage.publish(
            [#"{"id":"a","phone":"375291234567","text":"x"}"#], key: "k", traceparent: Self.sampled, at: stage.wall)
        try stage.turn(for: 10)
        let ended = spans(stage).filter { if case .attempt = $0.kind { false } else { true } }
        #expect(ended.map(\.kind) == [.event(.failed), .process(PipelineStage.partition, offset: 0, .failed, code: "BAD_PHONE")])
    }

    /// Whoever does not sample, or is not asked to collect, still has the trace go through.
    @Test(arguments: [
        (true, "00-\(trace)-00f067aa0ba902b7-00", "00-\(trace)-00f067aa0ba902b7-00"), (false, sampled, sampled), (true, nil, nil),
        (true, "nonsense\r\nX: y", nil),
    ])
    func withoutSpansTheHeaderGoesThroughAsItCame(isTraced: Bool, given: String?, sent: String?) throws {
        let stage = try stage(isTraced: isTraced, given, answer: Self.accepted)
        try stage.turn(for: 3)
        #expect(stage.traces == [sent] && spans(stage) == [])
    }

    private func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
