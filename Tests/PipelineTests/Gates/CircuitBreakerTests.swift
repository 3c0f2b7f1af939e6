import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

struct CircuitBreakerTests {
    private static let outage = 5_000..<10_000

    /// What a provider accepts in `range`.
    private func accepted(failing: Double, outage: Range<Int>, in range: Range<Int>, seed: UInt64) -> Double {
        var run = BreakerRun(seed: seed)
        run.failing = failing
        run.outage = outage
        return Double(run.after(range.upperBound).accepted(in: range))
    }

    // MARK: A provider that fails some

    /// From ten seconds after the outage on, for a quarter of a minute.
    @Test(arguments: [0, 0.1, 0.2, 0.35, 0.5])
    func aProviderThatFailsSomeAtRandomIsUsedInFullAfterAnOutage(failing: Double) {
        let range = 20_000..<35_000
        let ideal = accepted(failing: 0, outage: 0..<0, in: range, seed: 1)
        let shares = (1...20).map { accepted(failing: failing, outage: Self.outage, in: range, seed: $0) / ideal }
        let worst = shares.min() ?? 0
        let mean = shares.reduce(0, +) / Double(shares.count)
        #expect(mean >= 0.9 * (1 - failing), "seeds 1...20: \(shares)")
        // Where half fail, one run in some twenty has no luck with its probes.
        if failing < 0.5 { #expect(worst >= 0.8 * (1 - failing), "seeds 1...20: \(shares)") }
    }

    @Test(arguments: [0.1, 0.2, 0.35, 0.5])
    func aProviderThatFailsSomeAtRandomIsUsedInFullWithoutAnOutage(failing: Double) {
        let ideal = accepted(failing: 0, outage: 0..<0, in: 0..<30_000, seed: 1)
        for seed in 1...10 as ClosedRange<UInt64> {
            let share = accepted(failing: failing, outage: 0..<0, in: 0..<30_000, seed: seed) / ideal
            #expect(share >= 0.95 * (1 - failing), "seed \(seed)")
        }
    }

    /// It narrows as the share rises towards all, and a provider that answers one in ten is asked on.
    @Test func theMoreFailTheFewerAreAsked() {
        var before = Int.max
        for failing in [0.5, 0.7, 0.8, 0.9, 1] {
            var run = BreakerRun(seed: 7)
            run.failing = failing
            let attempts = run.after(60_000).attempts(in: 0..<60_000)
            #expect(attempts < before, "\(failing)")
            before = attempts
        }
    }

    // MARK: An outage

    @Test func anOutageLeavesProbesOnly() {
        for seed in 1...20 as ClosedRange<UInt64> {
            var run = BreakerRun(seed: seed)
            let start = 20_000
            run.outage = start..<3_600_000
            let end = run.after(start + 1_200_000)
            // However much went well before: twenty to open it, and those that ran then; hardly a probe yet.
            let first = end.attempts(in: start..<start + 1_000)
            #expect(first <= 20 + 16 + 2, "seed \(seed): \(first)")
            let second = end.attempts(in: start + 1_000..<start + 60_000)
            #expect((8...32).contains(second), "seed \(seed): \(second)")
            // A probe in half a minute to a minute, for ever.
            for minute in 5..<20 {
                let attempts = end.attempts(in: start + minute * 60_000..<start + (minute + 1) * 60_000)
                #expect((1...2).contains(attempts), "seed \(seed): \(attempts) in minute \(minute)")
            }
        }
    }

    /// It waits at most a third of the outage once more, or a second.
    @Test(arguments: [1_000, 5_000, 60_000, 600_000])
    func soonAfterTheOutageEverythingPassesAgain(length: Int) {
        for seed in 1...20 as ClosedRange<UInt64> {
            var run = BreakerRun(seed: seed)
            run.outage = 1_000..<1_000 + length
            let again = 1_000 + length + min(max(1_000, length / 3), 60_000) + 500
            let end = run.after(again + 1_000)
            #expect(end.breaker.state == .closed, "seed \(seed)")
            #expect(end.accepted(in: again..<again + 1_000) > 400, "seed \(seed)")
        }
    }

    @Test func whereLittleIsSentAnOutageEndsToo() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            var run = BreakerRun(seed: seed)
            run.interval = 20_000
            run.outage = 60_000..<3_600_000
            let end = run.after(3_600_000 + 300_000)
            #expect(end.changes.contains { $0.at < 3_600_000 }, "seed \(seed): it never opened")
            #expect(end.breaker.state == .closed, "seed \(seed)")
            let last = try #require(end.accepted.last)
            #expect(last >= 3_600_000 + 280_000, "seed \(seed)")
        }
    }

    // MARK: Any order of events

    /// What holds in every state, whatever is asked and answered in whichever order.
    @Test func anyOrderOfEventsKeepsTheRules() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            var breaker = CircuitBreaker(full: 2 + generator.below(12))
            var permits: [(permit: CircuitBreaker.Permit, round: Int)] = []
            /// Openings: permits of an earlier round say nothing.
            var round = 0
            var now = BreakerRun.instant(0)
            var failuresInARow = 0
            let failing = generator.below(5)
            for _ in 0..<80 {
                now = now + .milliseconds(generator.oneIn(10) ? generator.below(90_000) : generator.below(400))
                if permits.isEmpty || generator.oneIn(2) {
                    let kind: CircuitBreaker.Kind = generator.oneIn(3) ? .poll : .send
                    let sendsWait = kind == .send || generator.oneIn(2)
                    let state = breaker.state
                    let may = breaker.mayAdmit(kind, at: now, sendsWait: sendsWait)
                    let permit = breaker.admit(kind, at: now, sendsWait: sendsWait)
                    guard may == (permit != nil) else { return "mayAdmit said \(may)" }
                    switch state {
                    case .closed: guard may else { return "closed, and nothing passes" }
                    case .open(let until):
                        guard !may || until <= now else { return "passed while open" }
                        guard may || until > now || kind == .poll else { return "no probe when the time had come" }
                    case .halfOpen(let width):
                        let running = permits.count { $0.round == round }
                        guard !may || running < width else { return "\(running) running, and one more passed: \(width) may" }
                        guard may || running >= width || kind == .poll else { return "\(running) of \(width) running, and none passed" }
                    }
                    if let permit { permits.append((permit, round)) }
                } else {
                    let (permit, permitRound) = permits.remove(at: generator.below(permits.count))
                    let ending: CircuitBreaker.Ending = generator.oneIn(10) ? .neutral : generator.below(4) < failing ? .failure : .success
                    let before = breaker.state
                    let change = breaker.ended(permit, ending, at: now, using: &generator)
                    if permitRound != round || ending == .neutral {
                        guard change == nil, breaker.state == before else { return "learned from one that says nothing" }
                        continue
                    }
                    failuresInARow = ending == .failure ? failuresInARow + 1 : 0
                    switch change {
                    case .opened(let delay):
                        guard ending == .failure else { return "opened at an answer" }
                        guard delay >= .milliseconds(500), delay <= .seconds(60) else { return "open for \(delay)" }
                        guard breaker.state == .open(until: now + delay), breaker.nextChange == now + delay else { return "the state" }
                        round += 1
                    case .closed:
                        guard ending == .success, round > 0, breaker.state == .closed else { return "closed without cause" }
                    case nil:
                        guard failuresInARow < 13 else { return "13 failures in a row have not opened it" }
                        if case .open = breaker.state { return "opened without a word" }
                    }
                }
            }
            return nil
        }
        #expect(failure == nil)
    }

    @Test func aSingleProbeIsLeftToTheSends() throws {
        var generator = SeededGenerator(seed: 9)
        var breaker = CircuitBreaker()
        while breaker.nextChange == nil {
            let admitted = breaker.admit(.send, at: BreakerRun.instant(0), sendsWait: true)
            _ = breaker.ended(try #require(admitted), .failure, at: BreakerRun.instant(0), using: &generator)
        }
        let now = try #require(breaker.nextChange)
        #expect(!breaker.mayAdmit(.poll, at: now, sendsWait: true))
        let probe = breaker.admit(.poll, at: now, sendsWait: false)
        #expect(breaker.width == 1)
        #expect(!breaker.mayAdmit(.send, at: now, sendsWait: true))
        _ = breaker.ended(try #require(probe), .success, at: now, using: &generator)
        let wider = breaker.mayAdmit(.poll, at: now, sendsWait: true)
        #expect(wider)
    }
}
