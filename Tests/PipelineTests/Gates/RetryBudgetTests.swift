import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

struct RetryBudgetTests {
    private func instant(_ milliseconds: Int) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(milliseconds) * 1_000_000) }

    @Test func retriesStayWithinTheirShareWhileNoneIsAnswered() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            let share = Double(generator.below(9)) / 10
            let most = 1 + generator.below(40)
            var budget = RetryBudget(share: share, most: most)
            var (firsts, retries, lastFloor) = (0, 0, Int.min)
            var now = 0
            var saved = 0.0  // the model: what may be spent, in retries
            for _ in 0..<50 {
                now += generator.below(300)
                if generator.oneIn(2) {
                    budget.firstAttempt()
                    firsts += 1
                    saved = min(Double(most), saved + share / (1 - share))
                } else {
                    let mayByBudget = saved >= 1 - 1e-9
                    let mayByFloor = lastFloor == .min || now - lastFloor >= 1_000
                    let next = budget.nextAvailable(at: instant(now))
                    guard (next == instant(now)) == (mayByBudget || mayByFloor) else { return "next at \(next)" }
                    guard budget.takeRetry(at: instant(now)) == (mayByBudget || mayByFloor) else { return "not as saved: \(saved)" }
                    if mayByBudget { saved -= 1 } else if mayByFloor { lastFloor = now }
                    if mayByBudget || mayByFloor { retries += 1 }
                }
            }
            let allowed = share / (1 - share) * Double(firsts) + Double(now) / 1_000 + 1
            return Double(retries) <= allowed + 1e-6 ? nil : "\(retries) retries, \(allowed) allowed"
        }
        #expect(failure == nil)
    }

    @Test func afterAnOutageTheWaitingComeBackAsFastAsTheyAreAnswered() {
        var budget = RetryBudget()
        var waiting = 10_000
        var running = 0
        var rounds = 0  // of 50 ms each
        while waiting > 0, rounds < 10_000 {
            for _ in 0..<running { budget.retryAnswered() }
            running = 0
            while waiting > 0, running < 64, budget.takeRetry(at: instant(rounds * 50)) {
                waiting -= 1
                running += 1
            }
            rounds += 1
        }
        #expect(rounds < 200)  // 64 at a time would take 157
    }

    /// Only retries wait, as at a backlog's end: the pace under failures is not the budget's to decide.
    @Test(arguments: [0.1, 0.2, 0.35])
    func aProviderThatFailsSomeAtRandomIsNotThrottled(failing: Double) {
        for seed in 1...10 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var budget = RetryBudget(most: 16)
            var taken = 0
            let rounds = 2_000  // of 50 ms each
            for round in 0..<rounds {
                var running = 0
                while running < 16, budget.takeRetry(at: instant(round * 50)) { running += 1 }
                taken += running
                for _ in 0..<running where Double(generator.below(1_000)) >= failing * 1_000 { budget.retryAnswered() }
            }
            #expect(Double(taken) >= 0.9 * Double(16 * rounds), "seed \(seed)")
        }
    }

    @Test func aLoneRetryIsNeverStuckAndAFullShareBoundsNothing() {
        var none = RetryBudget(share: 0)
        for second in 0..<5 {
            let now = none.takeRetry(at: instant(second * 1_000))
            let again = none.takeRetry(at: instant(second * 1_000 + 999))
            #expect(now && !again)
        }
        var all = RetryBudget(share: 1)
        for _ in 0..<1_000 {
            let taken = all.takeRetry(at: instant(0))
            #expect(taken)
        }
    }
}
