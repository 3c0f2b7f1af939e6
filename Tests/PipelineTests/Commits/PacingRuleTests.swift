import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

struct PacingRuleTests {
    private func instant(_ microseconds: Int) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(microseconds) * 1_000) }

    @Test func whoWaitsIsNeverHeldBackAndNobodyLongerThanTheBound() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            var rule = PacingRule(fullTransaction: 500)
            var now = 0
            var began: Int?
            for _ in 0..<40 {
                now += generator.below(generator.oneIn(6) ? 200_000 : 15_000)
                switch generator.below(3) {
                case 0:
                    rule.began(operations: generator.below(1_000), at: instant(now))
                    began = now
                case 1: rule.ended(since: instant(began ?? now), at: instant(now))
                default:
                    let queued = 1 + generator.below(600)
                    let priorityWaits = generator.oneIn(5)
                    let slotsStarve = generator.oneIn(5)
                    let at = rule.beginning(queued: queued, priorityWaits: priorityWaits, slotsStarve: slotsStarve, at: instant(now))
                    let atOnce = priorityWaits || slotsStarve || queued >= 500 || began == nil
                    guard !atOnce || at == instant(now) else { return "held back until \(at) at \(now)" }
                    guard at >= instant(now) else { return "in the past" }
                    guard at <= max(instant(now), instant((began ?? 0) + 50_000)) else {
                        return "\(at) is past the bound, begun \(began ?? 0)"
                    }
                }
                guard rule.interval >= .milliseconds(10), rule.interval <= .milliseconds(50) else { return "interval \(rule.interval)" }
            }
            return nil
        }
        #expect(failure == nil)
    }

    @Test(arguments: [(10, 8_000), (190, 8_000), (400, 4_000), (800, 2_000), (5_000, 2_000)])
    func aTransactionIsAsLargeAsItIsQuick(commit: Int, expected: Int) {
        var rule = PacingRule()
        for turn in 0..<100 {
            rule.began(operations: 2_000, at: instant(turn * 10_000_000))
            rule.ended(since: instant(turn * 10_000_000), at: instant(turn * 10_000_000 + commit * 1_000))
        }
        let limit = rule.recordLimit(largest: 8_000)
        #expect(abs(limit - expected) <= 1)
        #expect(rule.recordLimit(largest: 4) == 4, "what is allowed at all is never exceeded")
    }

    /// Operations at an even rate for two seconds; a commit takes `commit` microseconds. How many transactions, and the longest wait.
    private func run(operationsPerSecond: Int, commit: Int) -> (transactions: Int, longestWait: Int) {
        var rule = PacingRule()
        var (queued, transactions, longestWait, firstQueuedAt, runningUntil) = (0.0, 0, 0, 0, 0)
        for now in stride(from: 0, to: 2_000_000, by: 500) {
            if queued < 1, queued + Double(operationsPerSecond) / 2_000 >= 1 { firstQueuedAt = now }
            queued += Double(operationsPerSecond) / 2_000
            if runningUntil == now, now > 0 { rule.ended(since: instant(now - commit), at: instant(now)) }
            guard runningUntil <= now, queued >= 1 else { continue }
            let at = rule.beginning(queued: Int(queued), priorityWaits: false, slotsStarve: false, at: instant(now))
            guard at <= instant(now) else { continue }
            rule.began(operations: Int(queued), at: instant(now))
            longestWait = max(longestWait, now - firstQueuedAt)
            transactions += 1
            queued -= Double(Int(queued))
            runningUntil = now + commit
        }
        return (transactions, longestWait)
    }

    @Test func underLoadTransactionsAreFewAndFull() {
        let (transactions, longestWait) = run(operationsPerSecond: 30_000, commit: 10_000)
        #expect((60...75).contains(transactions))  // 30 ms apart
        #expect(longestWait <= 31_000)
        #expect((38...46).contains(run(operationsPerSecond: 30_000, commit: 40_000).transactions))  // the bound: 50 ms
        #expect((150...190).contains(run(operationsPerSecond: 30_000, commit: 4_000).transactions))  // 12 ms
    }

    @Test func aLightLoadWaitsForNothingButTheCommitBefore() {
        let (transactions, longestWait) = run(operationsPerSecond: 50, commit: 10_000)
        #expect(transactions >= 99)
        #expect(longestWait <= 500)
        #expect(run(operationsPerSecond: 500, commit: 10_000).longestWait <= 10_500)
    }
}
