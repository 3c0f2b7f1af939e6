import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

struct PollScheduleTests {
    private let base = MonotonicInstant(nanoseconds: 1_000_000_000_000)

    private func polls(of schedule: PollSchedule, until: Duration, seed: UInt64 = 1) -> (ages: [Duration], expiry: Duration?) {
        var generator = SeededGenerator(seed: seed)
        var now = base
        var ages: [Duration] = []
        while now - base < until, ages.count < 1_000 {
            switch schedule.next(after: now, base: base, using: &generator) {
            case .poll(let at):
                now = at
                ages.append(at - base)
            case .expire(let at): return (ages, at - base)
            }
        }
        return (ages, nil)
    }

    @Test func withoutJitterTheTableHolds() {
        let (ages, expiry) = polls(of: PollSchedule(jitter: 0), until: .seconds(100 * 3_600))
        let first: [Duration] = [2, 7, 22, 82, 382, 3_982, 7_582].map { Duration.seconds($0) }
        #expect(Array(ages.prefix(7)) == first)
        #expect(ages.count == 76)
        #expect(ages.last == .seconds(71 * 3_600 + 382))
        #expect(expiry == .seconds(72 * 3_600))
    }

    @Test func jitterMovesEveryPollAndMissesNone() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            let (ages, expiry) = polls(of: PollSchedule(), until: .seconds(80 * 3_600), seed: generator.next())
            guard ages.count == 76 || ages.count == 75, expiry == .seconds(72 * 3_600) else {
                return "\(ages.count) polls, end \(String(describing: expiry))"
            }
            let plan: [(Int, Int)] = [(2, 2), (7, 5), (22, 15), (82, 60), (382, 300)] + (1...71).map { (382 + 3_600 * $0, 3_600) }
            for (age, (at, interval)) in zip(ages, plan) {
                let distance = age - .seconds(at)
                guard max(distance, .zero - distance) <= .seconds(interval) * 0.1 else { return "poll at \(age) instead of \(at)" }
            }
            return nil
        }
        #expect(failure == nil)
    }

    @Test func anyCadenceAndAnyDelayKeepTheOrder() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            let cadence = (0..<1 + generator.below(5)).map { _ in Duration.milliseconds(1 + generator.below(100_000)) }
            let horizon = Duration.milliseconds(generator.below(2_000_000))
            let schedule = PollSchedule(cadence: cadence, horizon: horizon)
            let longest = max(cadence.max() ?? .zero, PollSchedule.shortestInterval)
            var now = base - .milliseconds(generator.below(10_000))
            for _ in 0..<30 {
                switch schedule.next(after: now, base: base, using: &generator) {
                case .poll(let at):
                    guard at > now else { return "a poll at \(at - base), not after \(now - base)" }
                    guard at - base < horizon else { return "a poll past the horizon" }
                    guard at - max(now, base) <= longest * 1.6 + .nanoseconds(2) else {
                        return "a gap of \(at - now) with intervals up to \(longest)"
                    }
                    // The answer comes with a delay of its own: short, or so long that polls were missed.
                    now = at + .milliseconds(generator.oneIn(4) ? generator.below(300_000) : generator.below(50))
                case .expire(let at):
                    guard at == base + horizon else { return "expires at \(at - base) instead of \(horizon)" }
                    return nil
                }
            }
            return nil
        }
        #expect(failure == nil)
    }

    @Test func aPauseForCredentialsMovesTheHorizonOnly() {
        var generator = SeededGenerator(seed: 3)
        let schedule = PollSchedule(cadence: [.seconds(10)], horizon: .seconds(60), jitter: 0)
        #expect(schedule.next(after: base + .seconds(50), base: base, using: &generator) == .expire(at: base + .seconds(60)))
        let now = base + .seconds(58)
        #expect(schedule.next(after: now, base: base, using: &generator) == .expire(at: base + .seconds(60)))
        #expect(schedule.next(after: now, base: base, horizonStoodStill: .seconds(30), using: &generator) == .poll(at: base + .seconds(70)))
        #expect(
            schedule.next(after: base + .seconds(88), base: base, horizonStoodStill: .seconds(30), using: &generator)
                == .expire(at: base + .seconds(90)))
    }

    @Test func aLaterSendAtMovesTheFirstPoll() {
        var generator = SeededGenerator(seed: 3)
        let schedule = PollSchedule(jitter: 0)
        #expect(schedule.next(after: base - .seconds(3_600), base: base, using: &generator) == .poll(at: base + .seconds(2)))
        #expect(schedule.afterRestore(at: base - .seconds(3_600), base: base, using: &generator) == base + .seconds(2))
    }

    @Test func aRestoreSpreadsItsPollsEvenlyOverTheInterval() {
        var generator = SeededGenerator(seed: 5)
        let schedule = PollSchedule()
        let now = base + .seconds(100 * 3_600)  // past the horizon: asked once more all the same
        var twelfths = [Int](repeating: 0, count: 12)
        for _ in 0..<12_000 {
            let at = schedule.afterRestore(at: now, base: base, using: &generator)
            #expect(at >= now && at - now <= .seconds(3_600))
            twelfths[min(11, Int((at - now) / .seconds(300)))] += 1
        }
        #expect(twelfths.allSatisfy { (850...1_150).contains($0) })
    }

    @Test func absurdValuesDoNotOverflow() {
        var generator = SeededGenerator(seed: 5)
        let schedule = PollSchedule(cadence: [.seconds(Int64.max), .zero, .seconds(-5)], horizon: .seconds(Int64.max), jitter: 9)
        for nanoseconds in [Int64.min / 4, 0, Int64.max / 4] {
            let now = MonotonicInstant(nanoseconds: nanoseconds)
            _ = schedule.next(after: now, base: base, using: &generator)
            _ = schedule.afterRestore(at: now, base: base, using: &generator)
        }
        #expect(schedule != PollSchedule())
    }

    /// `sendAt` in the year 9999: the first poll must not come out before now.
    @Test func aBaseAtTheEndOfTimeIsNeverDue() {
        var generator = SeededGenerator(seed: 6)
        let schedule = PollSchedule()
        for base in [MonotonicInstant(nanoseconds: .max), MonotonicInstant(nanoseconds: .max - 5)] {
            guard case .poll(let at) = schedule.next(after: self.base, base: base, using: &generator) else {
                Issue.record("must be polled one day")
                continue
            }
            #expect(at > self.base)
            #expect(schedule.afterRestore(at: self.base, base: base, using: &generator) > self.base)
        }
    }
}
