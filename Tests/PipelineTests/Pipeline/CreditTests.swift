import PipelineSupport
import Testing

@testable import Requests
@testable import SMSPipeline

/// No message fails for want of credit, whatever is left and whenever it is topped up.
@Suite struct CreditTests {
    private static func request(_ number: Int, parts: Int = 1) -> String {
        let text = parts == 1 ? "a" : String(repeating: "a", count: 153 * (parts - 1) + 1 + (parts == 2 ? 7 : 0))
        return #"{"id":"m-\#(number)","phone":"37529\#(1_000_000 + number)","text":"\#(text)"}"#
    }

    private func stage(credits: Int64) throws -> PipelineStage {
        let stage = PipelineStage(settings: .sample(checksBalance: true))
        stage.account = StageAccount(credits: credits)
        try stage.start()
        return stage
    }

    private func failed(_ stage: PipelineStage) -> Int { stage.events.count { $0.status == "FAILED" } }

    /// Credits 1, 2 and one less than the text takes; then what it takes.
    @Test(arguments: [(Int64(1), 2), (1, 3), (2, 3), (4, 5)])
    func fewerCreditsThanPartsPauseTheAccountUntilThereAreEnough(credits: Int64, parts: Int) throws {
        let stage = try stage(credits: credits)
        try stage.publish(Self.request(0, parts: parts), at: stage.wall)
        try stage.turn(for: 2)
        #expect(stage.isPaused && stage.events.isEmpty && stage.accepted == 0)
        let posts = stage.sent.count
        try stage.turn(for: 600)
        #expect(stage.sent.count == posts, "the probe knows what the message takes")
        stage.account?.credits = Int64(parts)
        try stage.turn(for: 300)
        #expect(stage.accepted == 1 && stage.events.map(\.status) == ["SENT"] && !stage.isPaused)
        #expect(stage.account?.credits == 0)
    }

    @Test func aSmallTopUpUnderABacklogSendsJustSoManyAndFailsNone() throws {
        let stage = try stage(credits: 0)
        let waiting = 10_000
        try stage.publish((0..<waiting).map { Self.request($0) }, key: nil, at: stage.wall)
        try stage.turn(for: 5)
        #expect(stage.isPaused && stage.accepted == 0 && failed(stage) == 0)
        var sum = 0
        for topUp in [2, 100, 1] {
            stage.account?.credits = Int64(topUp)
            sum += topUp
            try stage.turn(for: 330)
            #expect(stage.accepted == sum && stage.isPaused && failed(stage) == 0)
        }
        stage.account?.credits = Int64(waiting - sum)
        try stage.turn(for: 330)
        #expect(stage.accepted == waiting && stage.account?.credits == 0)
        #expect(failed(stage) == 0 && Set(stage.events.map(\.id)).count == waiting)
    }

    /// A message that is refused for its own sake fails, beside one that was taken.
    @Test func withCreditsForItARefusalIsTheMessagesOwn() throws {
        let stage = try stage(credits: 5)
        stage.account = nil
        stage.answer = .refused(code: "ODD")
        stage.balance = .credits(1)
        try stage.publish(Self.request(0), at: stage.wall)
        try stage.turn(for: 2)
        #expect(stage.events.map(\.status) == ["FAILED"] && !stage.isPaused)
    }

    /// It may have cost something, though nobody has said so: within a minute the account is asked.
    @Test func aMessageOfUnknownOutcomeCountsAsSpent() throws {
        let stage = try stage(credits: 0)
        stage.account = nil
        stage.balance = .credits(5)
        try stage.turn(for: 601)
        #expect(stage.health.credits == 5)
        stage.answer = .unknown(reason: "there was no answer")
        stage.balance = .credits(4)
        try stage.publish(Self.request(0), at: stage.wall)
        try stage.turn(for: 62)
        #expect(stage.health.credits == 4)
    }

    /// An unknown text costs one part at least: no more is known.
    @Test func aTemplateCountsAsOnePart() throws {
        let stage = try stage(credits: 0)
        stage.account = nil
        stage.answer = .refused(code: "BAD_TEMPLATE")
        stage.balance = .credits(0)
        try stage.publish(#"{"id":"t","phone":"375291234567","template":"TPL_ID_1"}"#, at: stage.wall)
        try stage.turn(for: 2)
        #expect(stage.events.isEmpty && stage.isPaused)
        stage.balance = .credits(1)
        try stage.turn(for: 60)
        #expect(stage.events.map(\.status) == ["FAILED"] && !stage.isPaused)
    }
}
