import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

struct BalanceLookTests {
    private func instant(_ milliseconds: Int) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(milliseconds) * 1_000_000) }

    /// What is known of one refusal while it waits.
    private struct Waiting: Equatable {
        let refused: RefusedAttempt
        /// Before the question under way was sent.
        let isEarlier: Bool
    }

    /// Whatever comes in whatever order: one question at a time, nobody is forgotten, credits convict nobody who came after the question.
    @Test func anyOrderKeepsTheRules() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            var look = BalanceLook()
            var waiting: [Waiting] = []
            var kept: (answer: BalanceAnswer, at: Int)?
            var isUnderWay = false
            var now = 0
            for tag in 0..<40 {
                now += generator.below(3_000)
                switch generator.below(6) {
                case 0, 1:
                    guard isUnderWay else { continue }
                    let answer = Self.answer(&generator)
                    let (served, again) = look.answered(answer, at: instant(now))
                    let expected = waiting.filter { $0.isEarlier || !answer.covers(parts: $0.refused.parts) }
                    guard served == expected.map(\.refused) else { return "served \(served), not \(expected)" }
                    waiting = waiting.filter { !expected.contains($0) }.map { Waiting(refused: $0.refused, isEarlier: true) }
                    isUnderWay = !waiting.isEmpty
                    guard again == isUnderWay else { return "asks again: \(again), \(waiting.count) wait" }
                    kept = answer == .failed ? nil : (answer, now)
                case 2:
                    guard look.ask() == !isUnderWay else { return "the pause does not share the question" }
                    isUnderWay = true
                default:
                    let refused = RefusedAttempt(tag: UInt64(tag), code: "ODD", parts: 1 + generator.below(3))
                    let step = look.ask(for: refused, at: instant(now))
                    let known = kept.flatMap { now - $0.at < 10_000 && !$0.answer.covers(parts: refused.parts) ? $0.answer : nil }
                    let expected: BalanceLook.Step = isUnderWay ? .wait : known.map { .known($0) } ?? .start
                    guard step == expected else { return "\(step), not \(expected)" }
                    if case .known = step { continue }
                    waiting.append(Waiting(refused: refused, isEarlier: step == .start))
                    isUnderWay = true
                }
                guard look.isUnderWay == isUnderWay, look.waiterCount == waiting.count else { return "state differs" }
            }
            return nil
        }
        #expect(failure == nil)
    }

    private static func answer(_ generator: inout SeededGenerator) -> BalanceAnswer {
        switch generator.below(4) {
        case 0: .badCredentials
        case 1: .failed
        default: .credits(Int64(generator.below(4)))
        }
    }

    /// Ten thousand refusals after a small top-up were failed by an answer of before them.
    @Test func creditsOfBeforeARefusalConvictNobody() {
        var look = BalanceLook()
        #expect(look.ask() == true, "the pause's own question")
        let none = look.answered(.credits(100), at: instant(0))
        #expect(none.served.isEmpty && !none.asksAgain)
        let refused = RefusedAttempt(tag: 1, code: "NO_CREDITS", parts: 1)
        let step = look.ask(for: refused, at: instant(1_000))
        #expect(step == .start, "the hundred may be spent by now")
        let joined = RefusedAttempt(tag: 2, code: "NO_CREDITS", parts: 1)
        #expect(look.ask(for: joined, at: instant(1_001)) == .wait)
        let first = look.answered(.credits(1), at: instant(1_002))
        #expect(first.served == [refused] && first.asksAgain, "the second came after the question")
        let second = look.answered(.credits(0), at: instant(1_003))
        #expect(second.served == [joined] && !second.asksAgain)
    }

    @Test(arguments: [(0, true), (9_999, true), (10_000, false)])
    func noCreditIsKeptForTenSeconds(after: Int, isKept: Bool) {
        var look = BalanceLook()
        _ = look.ask()
        _ = look.answered(.credits(2), at: instant(0))
        let dear = look.ask(for: RefusedAttempt(tag: 1, code: "ODD", parts: 3), at: instant(after))
        #expect(dear == (isKept ? .known(.credits(2)) : .start))
    }
}
