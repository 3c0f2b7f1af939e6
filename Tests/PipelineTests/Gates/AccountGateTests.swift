import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

struct AccountGateTests {
    private let start = MonotonicInstant(nanoseconds: 0)

    /// The same decisions, told as a story: what is wrong, whether somebody looks, how many looks there were.
    private struct Model {
        var problem: AccountProblem?
        var isProbing = false
        var nextProbe: ClosedRange<Int64>?
        var looks = 0
        var pausedMilliseconds: Int64 = 0
        var pollsStoodMilliseconds: Int64 = 0

        mutating func planLook(_ now: MonotonicInstant) {
            looks += 1
            isProbing = false
            let ceiling: Int64 = looks > 6 ? 300_000 : 5_000 << Int64(looks - 1)
            nextProbe = now.nanoseconds + ceiling * 500_000...now.nanoseconds + ceiling * 1_000_000
        }
    }

    @Test func anyOrderOfEventsKeepsTheRules() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            var gate = AccountGate()
            var model = Model()
            var now = start
            for _ in 0..<40 {
                let step = Int64(generator.oneIn(5) ? generator.below(400_000) : generator.below(3_000))
                if model.problem != nil { model.pausedMilliseconds += step }
                if model.problem == .credentials { model.pollsStoodMilliseconds += step }
                now = now + .milliseconds(step)
                let before = model.problem
                var expected = AccountGate.Action.none
                let got: AccountGate.Action
                switch generator.below(5) {
                case 0:
                    let cause: AccountProblem = generator.oneIn(2) ? .credentials : .credit
                    got = gate.refused(cause, at: now, using: &generator)
                    if model.problem == nil { model.planLook(now) }
                    if model.problem != .credentials {
                        model.problem = model.problem == nil || cause == .credentials ? cause : model.problem
                    }
                    if model.problem != before { expected = .logPaused(cause) }
                case 1, 2:
                    let due = gate.nextChange.map { $0 <= now } ?? false
                    got = gate.tick(now)
                    if due {
                        expected = .startProbe
                        model.isProbing = true
                        model.nextProbe = nil
                    }
                case 3:
                    let answer: BalanceAnswer = [.credits(3), .credits(0), .badCredentials, .failed][generator.below(4)]
                    let parts = generator.below(6)
                    got = gate.probeAnswered(answer, parts: parts, at: now, using: &generator)
                    guard model.isProbing else {
                        if got != .none { return "an answer nobody asked for did \(got)" }
                        break
                    }
                    if answer == .credits(3), parts <= 3 {
                        model.problem = nil
                        model.isProbing = false
                    } else {
                        if answer != .failed { model.problem = answer == .badCredentials ? .credentials : .credit }
                        if model.problem != before, let problem = model.problem { expected = .logPaused(problem) }
                        model.planLook(now)
                    }
                default:
                    gate.acceptedSend()
                    got = .none
                    if model.problem == nil { model.looks = 0 }
                }
                if case .logResumed = got {
                    guard before != nil, model.problem == nil else { return "resumed without cause" }
                } else {
                    guard got == expected else { return "\(got), not \(expected)" }
                }
                guard gate.problem == model.problem else { return "problem \(gate.problem as Any), not \(model.problem as Any)" }
                guard gate.maySend == (model.problem == nil), gate.mayPoll == (model.problem != .credentials) else {
                    return "gates disagree"
                }
                guard (gate.nextChange == nil) == (model.nextProbe == nil) else { return "nextChange \(gate.nextChange as Any)" }
                if let next = gate.nextChange, let range = model.nextProbe {
                    guard range.contains(next.nanoseconds) else { return "look at \(next), not in \(range)" }
                }
                guard gate.paused(since: start, until: now) == .milliseconds(model.pausedMilliseconds) else { return "paused time" }
                guard gate.pollsStood(since: start, until: now) == .milliseconds(model.pollsStoodMilliseconds) else { return "polls' time" }
            }
            return nil
        }
        #expect(failure == nil)
    }

    @Test func looksFallBackOnlyAfterAnAcceptedSend() throws {
        var generator = SeededGenerator(seed: 1)
        var gate = AccountGate()
        var now = start
        // A balance with credits, and every send refused: the gate may not flap every few seconds.
        for _ in 0..<10 {
            #expect(gate.refused(.credit, at: now, using: &generator) == .logPaused(.credit))
            now = try #require(gate.nextChange)
            #expect(gate.tick(now) == .startProbe)
            guard case .logResumed = gate.probeAnswered(.credits(1), parts: 1, at: now, using: &generator) else {
                Issue.record("not resumed")
                return
            }
        }
        _ = gate.refused(.credit, at: now, using: &generator)
        #expect(try #require(gate.nextChange) - now >= .seconds(150))
        gate.acceptedSend()  // of an attempt from before the pause
        now = try #require(gate.nextChange)
        _ = gate.tick(now)
        _ = gate.probeAnswered(.credits(1), parts: 1, at: now, using: &generator)
        gate.acceptedSend()
        _ = gate.refused(.credit, at: now, using: &generator)
        #expect(try #require(gate.nextChange) - now <= .seconds(5))
    }

    @Test func otherCredentialsAreLookedAtAtOnce() throws {
        var generator = SeededGenerator(seed: 1)
        var gate = AccountGate()
        gate.credentialsRenewed(at: start)
        #expect(gate.state == .open)
        _ = gate.refused(.credit, at: start, using: &generator)
        let look = gate.nextChange
        gate.credentialsRenewed(at: start)
        #expect(gate.nextChange == look, "no credit is none with any password")
        _ = gate.refused(.credentials, at: start, using: &generator)
        gate.credentialsRenewed(at: start)
        #expect(gate.nextChange == start)
        #expect(gate.tick(start) == .startProbe)
        guard case .logResumed = gate.probeAnswered(.credits(1), parts: 1, at: start, using: &generator) else {
            Issue.record("not resumed")
            return
        }
    }
}
