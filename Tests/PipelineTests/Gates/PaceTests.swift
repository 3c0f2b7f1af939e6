import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

@Suite struct PaceTests {
    private let start = MonotonicInstant(nanoseconds: 3_600_000_000_000)
    private static let toProbes = 47

    private func pace(slots: Int = 64) -> Pace { Pace(slots: slots, pollSlots: 32, requestTimeout: .seconds(15)) }

    /// So many of a kind, one after another, each after `time`.
    private func run(
        _ pace: inout Pace, _ count: Int, _ kind: Pace.Kind, _ ending: Pace.Ending, after time: Duration = .milliseconds(10),
        at start: MonotonicInstant, _ generator: inout SeededGenerator
    ) -> MonotonicInstant {
        var now = start
        for _ in 0..<count {
            now = max(now, pace.nextChange(after: now) ?? now)
            guard let permit = pace.admit(kind, at: now, sendsWait: kind == .send) else {
                Issue.record("no permit")
                return now
            }
            now = now + time
            _ = pace.ended(permit, ending, at: now, using: &generator)
        }
        return now
    }

    // MARK: Any order of events

    /// What holds in every state, whatever is asked and answered in whichever order.
    @Test func anyOrderOfEventsKeepsTheRules() {
        let failure = RandomSchedules.firstFailure(of: 5_000) { generator in
            let slots = 1 + generator.below(70)
            var pace = Pace(slots: slots, pollSlots: 1 + generator.below(40), requestTimeout: .milliseconds(500 + generator.below(20_000)))
            var permits: [Pace.Permit] = []
            var now = start
            let failing = generator.below(6)
            for _ in 0..<200 {
                now = now + .milliseconds(generator.oneIn(10) ? generator.below(90_000) : generator.below(400))
                if permits.isEmpty || generator.oneIn(2) {
                    let kind: Pace.Kind = generator.oneIn(3) ? .poll : .send
                    let may = pace.mayAdmit(kind, at: now, sendsWait: generator.oneIn(2))
                    let (state, width) = (pace.state(at: now), pace.width(kind, at: now))
                    let running = permits.count { $0.kind == kind }
                    guard may || running > 0 || state != .closed else { return "all slots are free, and none may begin" }
                    guard (1...70).contains(width) else { return "width \(width)" }
                    let permit = pace.admit(kind, at: now, sendsWait: false)
                    guard permit != nil || !may else { return "mayAdmit said \(may)" }
                    if permit == nil, let change = pace.nextChange(after: now), change <= now { return "a change that is over" }
                    if permit == nil, pace.nextChange(after: now) == nil { return "nothing begins, and no time changes that" }
                    if let permit { permits.append(permit) }
                } else {
                    let permit = permits.remove(at: generator.below(permits.count))
                    let ending: Pace.Ending = generator.oneIn(10) ? .neutral : generator.below(5) < failing ? .failure : .success
                    let before = pace.state(at: now)
                    let change = pace.ended(permit, ending, at: now, using: &generator)
                    switch change {
                    case .opened(let wait):
                        guard ending == .failure, wait <= .seconds(60) else { return "opened for \(wait) by \(ending)" }
                    case .closed: guard ending == .success else { return "closed by \(ending)" }
                    case nil: break
                    }
                    if ending == .neutral, pace.state(at: now) != before { return "learned from one that says nothing" }
                }
                var wrong: [String] = []
                pace.invariants(attempts: permits.count { $0.kind == .send }, asked: permits.count { $0.kind == .poll }, &wrong)
                if let first = wrong.first { return first }
            }
            return nil
        }
        #expect(failure == nil)
    }

    /// No streak is needed: from any state, half of all answered brings back every slot, and soon.
    @Test func halfOfTheAnswersBringBackAllSlots() {
        for seed in 1...50 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var pace = pace()
            var now = run(&pace, 200, .send, .failure, at: start, &generator)
            var answers = 0
            while pace.width(.send, at: now) < 64, answers < 400 {
                now = run(&pace, 1, .send, generator.oneIn(2) ? .success : .failure, at: now, &generator)
                answers += 1
            }
            #expect(answers < 100, "seed \(seed)")
        }
    }

    // MARK: Two kinds

    @Test func sendsThatFailAreNotCoveredByPollsThatGoWell() {
        var generator = SeededGenerator(seed: 3)
        var pace = pace()
        var now = start
        for _ in 0..<Self.toProbes {
            now = run(&pace, 10, .poll, .success, at: now, &generator)
            now = run(&pace, 1, .send, .failure, at: now, &generator)
        }
        #expect(pace.state(at: now) == .open)
        #expect(pace.width(.poll, at: now) == 32)
        #expect(pace.mayAdmit(.poll, at: now, sendsWait: true))
    }

    @Test func sendsGoOnWhilePollsFail() {
        var generator = SeededGenerator(seed: 3)
        var pace = pace()
        let now = run(&pace, Self.toProbes, .poll, .failure, at: start, &generator)
        #expect(pace.state(at: now) == .halfOpen(width: 64))
        #expect(pace.freeSends(at: now) == 64)
        #expect(pace.sendsShutUntil(now) == nil)
        #expect(!pace.mayAdmit(.poll, at: now, sendsWait: false))
    }

    /// Where both are down, there is one probe at a time: of sends where they wait.
    @Test func ofTwoKindsThatFailOneProbes() throws {
        for kind in [Pace.Kind.send, .poll] {
            var generator = SeededGenerator(seed: 9)
            var pace = pace()
            var now = run(&pace, Self.toProbes, .send, .failure, at: start, &generator)
            now = run(&pace, Self.toProbes, .poll, .failure, at: now, &generator) + .seconds(1)
            #expect(pace.mayAdmit(.send, at: now, sendsWait: true))
            #expect(!pace.mayAdmit(.poll, at: now, sendsWait: true))
            #expect(pace.mayAdmit(.poll, at: now, sendsWait: false))
            let admitted = pace.admit(kind, at: now, sendsWait: false)
            let probe = try #require(admitted)
            #expect(!pace.mayAdmit(.send, at: now, sendsWait: true))
            #expect(!pace.mayAdmit(.poll, at: now, sendsWait: false))
            // A sign of life for both.
            _ = pace.ended(probe, .success, at: now, using: &generator)
            #expect(pace.mayAdmit(.send, at: now, sendsWait: true))
            #expect(pace.mayAdmit(.poll, at: now, sendsWait: false))
        }
    }

    @Test func aProbeThatWasNoneLeavesItsTurn() throws {
        var generator = SeededGenerator(seed: 9)
        var pace = pace()
        let now = run(&pace, Self.toProbes, .send, .failure, at: start, &generator) + .seconds(1)
        let admitted = pace.admit(.send, at: now, sendsWait: true)
        let probe = try #require(admitted)
        #expect(!pace.mayAdmit(.send, at: now, sendsWait: true))
        _ = pace.ended(probe, .neutral, at: now, using: &generator)
        #expect(pace.mayAdmit(.send, at: now, sendsWait: true))
    }

    /// The last messages have gone, or failed: an alarm about it would never end.
    @Test func whatIsNotAskedForIsNotSaidToFail() {
        var generator = SeededGenerator(seed: 9)
        var pace = pace()
        let now = run(&pace, Self.toProbes, .send, .failure, at: start, &generator)
        #expect(pace.state(at: now + .seconds(590)) == .open)
        #expect(pace.state(at: now + .seconds(600)) == .closed)
        #expect(pace.isNarrowed(at: now + .seconds(600)))
        #expect(pace.freeSends(at: now + .seconds(600)) == 1)
    }

    /// Slow answers have narrowed it, then few are sent, quickly: they widen nothing, and hold nothing back.
    @Test func aWidthThatNoneWaitsForIsNotSaidToBeSmall() {
        var generator = SeededGenerator(seed: 9)
        var pace = pace()
        var now = start
        for _ in 0..<4 {
            let slow = (0..<64).compactMap { _ in pace.admit(.send, at: now, sendsWait: true) }
            now = now + .seconds(12)
            for permit in slow { _ = pace.ended(permit, .success, at: now, using: &generator) }
        }
        let width = pace.width(.send, at: now)
        #expect((4...32).contains(width), "\(width)")
        now = run(&pace, 9, .send, .success, at: now, &generator)
        #expect(pace.state(at: now) == .halfOpen(width: width))
        now = run(&pace, 5, .send, .success, after: .seconds(2), at: now, &generator)
        #expect(pace.state(at: now) == .closed)
        #expect(pace.isNarrowed(at: now))
        let many = (0..<pace.width(.send, at: now)).compactMap { _ in pace.admit(.send, at: now, sendsWait: true) }
        #expect(pace.state(at: now) == .halfOpen(width: many.count))
    }

    @Test func pollsThatFailLeaveTheStockAlone() {
        var generator = SeededGenerator(seed: 9)
        var pace = pace()
        let now = run(&pace, Self.toProbes, .poll, .failure, at: start, &generator)
        #expect(pace.state(at: now) == .halfOpen(width: 64))
        #expect(!pace.isNarrowed(at: now))
    }

    // MARK: What hangs

    /// Sixty-four that began together hang while others are answered: when they end, all at once, that says nothing of now.
    @Test func whatHungBeforeOthersWereAnsweredNarrowsNothing() {
        var generator = SeededGenerator(seed: 5)
        var pace = pace()
        let hung = (0..<63).compactMap { _ in pace.admit(.send, at: start, sendsWait: true) }
        let now = run(&pace, 1, .send, .success, at: start + .seconds(1), &generator)
        for permit in hung { _ = pace.ended(permit, .failure, at: start + .seconds(15), using: &generator) }
        #expect(hung.count == 63)
        #expect(pace.state(at: now + .seconds(15)) == .closed)
    }

    @Test func aProbeThatHangsDoesNotHoldUpTheNext() throws {
        var generator = SeededGenerator(seed: 5)
        var pace = pace()
        let now = run(&pace, Self.toProbes, .send, .failure, at: start, &generator) + .seconds(1)
        let probe = pace.admit(.send, at: now, sendsWait: true)
        #expect(probe != nil)
        let next = try #require(pace.nextChange(after: now))
        #expect(next - now == .milliseconds(3_750))
        #expect(pace.mayAdmit(.send, at: next, sendsWait: true))
    }

    /// Of an outage in which requests hang, half of the slots at once, and all after some seconds.
    @Test func afterLateFailuresTheSlotsComeBackInSteps() {
        var generator = SeededGenerator(seed: 5)
        var pace = pace()
        var now = run(&pace, 1, .send, .success, at: start, &generator)
        let hung = (0..<64).compactMap { _ in pace.admit(.send, at: now, sendsWait: true) }
        now = now + .seconds(15)
        for permit in hung { _ = pace.ended(permit, .failure, at: now, using: &generator) }
        #expect(pace.state(at: now) == .open)
        now = run(&pace, 20, .send, .success, at: now, &generator)
        #expect((30...40).contains(pace.width(.send, at: now)), "\(pace.width(.send, at: now))")
        #expect(pace.width(.send, at: now + .seconds(5)) <= 64)
        now = run(&pace, 1, .send, .success, at: now + .seconds(120), &generator)
        #expect(pace.width(.send, at: now) >= 32)
    }

    // MARK: Slow answers

    @Test func slowAnswersNarrowAndQuickOnesWiden() {
        var generator = SeededGenerator(seed: 5)
        var pace = pace()
        var now = start
        var narrowest = 64
        for isSlow in [true, false] {
            for _ in 0..<(isSlow ? 6 : 16) {
                var permits: [Pace.Permit] = []
                while let permit = pace.admit(.send, at: now, sendsWait: true) { permits.append(permit) }
                now = now + (isSlow ? .seconds(6) : .milliseconds(50))
                for permit in permits { _ = pace.ended(permit, .success, at: now, using: &generator) }
            }
            if isSlow { narrowest = pace.width(.send, at: now) }
        }
        #expect(narrowest < 16, "\(narrowest)")
        #expect(pace.width(.send, at: now) == 64)
    }
}
