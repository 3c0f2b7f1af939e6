import PipelineSupport
import Testing

@testable import Requests
@testable import SMSPipeline

/// A provider that suddenly refuses everything fails a handful, and not a backlog.
@Suite struct RefusalStreakPipelineTests {
    private func request(_ number: Int, _ more: String = "") -> String {
        #"{"id":"m-\#(number)","phone":"37529\#(1_000_000 + number)","text":"code \#(number)"\#(more)}"#
    }

    private func stage() throws -> PipelineStage {
        let stage = PipelineStage(settings: .sample(checksBalance: true))
        stage.answer = .refused(code: "LIMIT_EXCEEDED")
        stage.balance = .credits(1_000_000)
        try stage.start()
        return stage
    }

    @Test func probesAreFewAndAnAcceptanceEndsIt() throws {
        let stage = try stage()
        // One key: one at a time.
        try stage.publish((0..<200).map { request($0) }, key: "k", at: stage.wall)
        try stage.turn(for: 1)
        // The tenth, and the first probe.
        #expect((10...11).contains(stage.events.count) && stage.events.allSatisfy { $0.status == "FAILED" })
        #expect(stage.refusals == "LIMIT_EXCEEDED")
        try stage.turn(for: 60)
        // Probes 1, 3, 7, 15, 25, 35, 45, 55 s after the tenth.
        #expect((17...19).contains(stage.events.count), "\(stage.events.count)")
        let failed = stage.events.count
        stage.answer = .accepted(Acceptance(messageIDs: ["7"], status: .known(.sent), cost: nil))
        try stage.turn(for: 15)
        #expect(stage.refusals == nil && stage.events.count == 200 && stage.events.count { $0.status == "FAILED" } == failed)
        let notes = stage.notes.compactMap {
            switch $0 {
            case .refusalsNarrow(let code): code
            case .refusalsEnded: "ended"
            default: nil
            }
        }
        #expect(notes == ["LIMIT_EXCEEDED", "ended"])
    }

    @Test func aCodeOfThePriorityLaneIsTheNextProbe() throws {
        let stage = try stage()
        try stage.publish((0..<100).map { request($0) }, key: "k", at: stage.wall)
        try stage.turn(for: 5)
        #expect(stage.refusals != nil)
        try stage.publish([request(500, #","priority":true"#)], key: nil, at: stage.wall)
        let before = stage.sent.count
        try stage.turn(for: 10)
        #expect(stage.sent.dropFirst(before).first == "37529\(1_000_500)")
    }

    /// Without an order 64 are under way at once: these fail, and no more.
    @Test func whatIsUnderWayFailsAndTheBacklogWaits() throws {
        let stage = try stage()
        try stage.publish((0..<1_000).map { request($0) }, key: nil, at: stage.wall)
        try stage.turn(for: 10)
        #expect(stage.events.count <= 64 + 4 && stage.refusals != nil, "\(stage.events.count)")
    }
}
