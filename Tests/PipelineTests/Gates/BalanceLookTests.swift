import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

struct BalanceLookTests {
    @Test func manyRefusalsShareOneLookAndNoneIsForgotten() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            var look = BalanceLook<Int>()
            var waiting: [Int] = []
            var known: (answer: BalanceAnswer, at: Int)?
            var isUnderWay = false
            var now = 0
            for waiter in 0..<30 {
                now += generator.below(3_000)
                let instant = MonotonicInstant(nanoseconds: Int64(now) * 1_000_000)
                if generator.oneIn(3), isUnderWay {
                    let answer: BalanceAnswer = [.credits, .noCredits, .badCredentials, .failed][generator.below(4)]
                    let served = look.answered(answer, at: instant)
                    guard served == waiting else { return "served \(served), not \(waiting)" }
                    waiting = []
                    isUnderWay = false
                    known = answer == .failed ? nil : (answer, now)
                } else {
                    switch look.ask(for: waiter, at: instant) {
                    case .known(let answer):
                        guard let known, !isUnderWay, known.answer == answer, now - known.at < 10_000 else { return "a stale answer" }
                    case .start:
                        if let known, now - known.at < 10_000 { return "asked although the answer is fresh" }
                        guard !isUnderWay else { return "two looks at once" }
                        isUnderWay = true
                        waiting.append(waiter)
                    case .wait:
                        guard isUnderWay else { return "waits for nothing" }
                        waiting.append(waiter)
                    }
                }
                guard look.isUnderWay == isUnderWay, look.waiterCount == waiting.count else { return "state differs" }
            }
            return nil
        }
        #expect(failure == nil)
    }
}
