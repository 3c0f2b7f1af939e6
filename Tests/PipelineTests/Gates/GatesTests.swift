import PipelineSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

@Suite struct GatesTests {
    private let now = MonotonicInstant(nanoseconds: 3_600_000_000_000)

    private func gates(rate: Double = 0) -> Gates {
        var send = SendSettings.sample
        send.rateLimit = rate
        return Gates(send, .sample, .defaults, requestTimeout: .seconds(15))
    }

    /// With these gates shut at `now`, and no others.
    private func gates(shut: Set<Gates.Gate>) -> Gates {
        var gates = gates()
        var chance = Chance(seed: 1)
        if shut.contains(.clock) {
            _ = gates.turn(at: now - .seconds(10))
            _ = gates.turn(at: now)
        }
        if shut.contains(.pace) { fail(&gates, Self.toProbes, every: .zero, at: now, &chance) }
        if shut.contains(.account) { _ = gates.accountRefused(.credit, at: now, using: &chance) }
        if shut.contains(.retryAfter) { gates.retryAfter(.seconds(60), at: now) }
        if shut.contains(.refusals) { refuse(&gates, 10, at: now) }
        return gates
    }

    private func outside(shut: Set<Gates.Gate> = []) -> Gates.Outside {
        Gates.Outside(isDraining: shut.contains(.draining), isCommitStuck: shut.contains(.commits), isDoorShut: shut.contains(.door))
    }

    /// So many failures of a kind leave probes only.
    private static let toProbes = 47

    /// So many requests fail, one after another.
    @discardableResult
    private func fail(
        _ gates: inout Gates, _ count: Int, of kind: RateBudget.Kind = .bulkSend, every interval: Duration, at start: MonotonicInstant,
        _ chance: inout Chance
    ) -> MonotonicInstant {
        var now = start
        for _ in 0..<count {
            if case .go(let permit) = gates.ask(kind, sendsWait: true, at: now) {
                _ = gates.ended(permit, .failure, failure: "no connection", at: now, using: &chance)
            } else {
                Issue.record("no permit")
            }
            now = now + interval
        }
        return now
    }

    /// So many messages are refused by a code that nobody knows.
    private func refuse(_ gates: inout Gates, _ count: Int, at now: MonotonicInstant) {
        for number in 0..<count {
            let message = Message(phone: Array("37529\(number)"), text: Array("\(number)"), isTemplate: false, sender: nil)
            _ = gates.attemptEnded(UInt64(number), .refused(code: "ODD"), message, at: now)
        }
    }

    private static let subsets: [Set<Gates.Gate>] = (0..<1 << Gates.Gate.allCases.count).map { bits in
        Set(Gates.Gate.allCases.enumerated().filter { bits & 1 << $0.offset != 0 }.map(\.element))
    }

    private func isGo(_ answer: Gates.Answer) -> Bool { if case .go = answer { true } else { false } }

    // MARK: The verdicts

    @Test func eachGateAloneShuts() {
        for gate in Gates.Gate.allCases {
            let gates = gates(shut: [gate])
            #expect(gates.shut(outside(shut: [gate]), at: now) == gate)
        }
    }

    /// Whichever are shut, the one named first is the one that is told.
    @Test func ofSeveralGatesTheFirstOfTheListIsTold() {
        for shut in Self.subsets {
            let gates = gates(shut: shut)
            #expect(gates.shut(outside(shut: shut), at: now) == Gates.Gate.allCases.first { shut.contains($0) }, "\(shut)")
        }
    }

    @Test func pollsGoOnWithoutCreditAndStopForWhateverElseSpeaksAgainstAsking() {
        for shut in Self.subsets {
            let gates = gates(shut: shut)
            #expect(gates.mayPoll(outside(shut: shut), at: now) == shut.isDisjoint(with: [.draining, .commits, .retryAfter]), "\(shut)")
        }
        var gates = gates()
        var chance = Chance(seed: 1)
        _ = gates.accountRefused(.credentials, at: now, using: &chance)
        #expect(gates.mayPoll(outside(), at: now) == false)
    }

    /// The others open by an answer, a transaction or never.
    @Test func theNextChangeIsTheEarliestOfThoseThatOpenByThemselves() {
        for shut in Self.subsets {
            let gates = gates(shut: shut)
            var expected: [MonotonicInstant] = []
            if shut.contains(.clock) { expected.append(now + .seconds(4)) }
            if shut.contains(.retryAfter) { expected.append(now + .seconds(60)) }
            if shut.contains(.pace) { expected.append(self.gates(shut: [.pace]).pace.nextChange(after: now) ?? now) }
            if shut.contains(.refusals) { expected.append(now + .seconds(1)) }
            #expect(gates.nextChange(at: now) == expected.min(), "\(shut)")
        }
    }

    @Test func aGateIsOpenWhenItSaidItWouldBe() {
        for gate in [Gates.Gate.clock, .retryAfter, .pace, .refusals] {
            var gates = gates(shut: [gate])
            guard let change = gates.nextChange(at: now) else {
                Issue.record("\(gate) does not say when it opens")
                continue
            }
            var turn = now
            while turn < change {
                turn = min(turn + .seconds(1), change)
                let isEarly = turn < change
                _ = gates.turn(at: turn)
                #expect(gates.shut(outside(), at: turn) == (isEarly ? gate : nil), "\(gate) at \(turn - now)")
            }
            #expect(gates.nextChange(at: change) == nil)
        }
    }

    @Test func theLastLookSeesAPauseOfTheAccountOfTheProcessAndTheLeasesEnd() {
        let lease = Lease(takenAt: now)
        let open = gates(shut: [])
        #expect(open.mayLeave(lease, at: now) == true)
        #expect(open.mayLeave(lease, at: now + .milliseconds(7_499)) == true)
        #expect(open.mayLeave(lease, at: now + .milliseconds(7_500)) == false, "half a session")
        let paused = gates(shut: [.account])
        #expect(paused.mayLeave(lease, at: now) == false)
        let stood = gates(shut: [.clock])
        #expect(stood.mayLeave(lease, at: now) == false)
        var gates = gates()
        _ = gates.turn(at: now)
        #expect(gates.mayLeave(lease, at: now + .milliseconds(3_001)) == false, "a pause within the turn")
    }

    @Test func onlyAPauseLongerThanAHeartbeatIsTold() {
        var gates = gates()
        let gaps = [Duration.zero, .seconds(3), .milliseconds(6_001)].map { gates.turn(at: now + $0) }
        #expect(gaps == [nil, nil, .milliseconds(3_001)])
    }

    // MARK: Asking

    /// Were it the other way round, probes that are not let through would use up the rate.
    @Test func thePaceIsAskedBeforeTheBudget() {
        var gates = gates(rate: 1)
        var chance = Chance(seed: 3)
        gates.setShare(owned: 1, all: 1, at: now - .seconds(10))
        var time = fail(&gates, Self.toProbes, every: .milliseconds(1_100), at: now, &chance)
        time = max(time, gates.pace.nextChange(after: time) ?? time)
        guard case .go(let probe) = gates.ask(.bulkSend, sendsWait: true, at: time) else {
            Issue.record("a probe may go")
            return
        }
        time = time + .milliseconds(1_100)
        let answers = (0..<100).map { _ in gates.ask(.bulkSend, sendsWait: true, at: time) }
        #expect(answers.allSatisfy { $0 == .noPermit }, "one probe at a time")
        _ = gates.ended(probe, .success, at: time, using: &chance)
        let next = gates.ask(.bulkSend, sendsWait: true, at: time)
        #expect(isGo(next), "the rate has its token still: \(next)")
    }

    /// With every message refused there are as many questions for the balance as messages: together they keep to the rate.
    @Test func questionsBesideCountTowardsTheRate() {
        var gates = gates(rate: 10)
        var chance = Chance(seed: 3)
        gates.setShare(owned: 1, all: 1, at: now - .seconds(10))
        var went: [MonotonicInstant] = []
        for step in 0..<20_000 {
            let time = now + .milliseconds(step)
            guard case .go(let permit) = gates.ask(.bulkSend, sendsWait: true, at: time) else { continue }
            _ = gates.ended(permit, .success, at: time, using: &chance)
            gates.askedBeside(at: time)
            went += [time, time]
        }
        #expect((190...200).contains(went.count), "\(went.count) in twenty seconds")
        for first in went.indices {
            // One send may find a token, and its question none.
            let inSecond = went[first...].prefix { $0 - went[first] < .seconds(1) }.count
            #expect(inSecond <= 11, "\(inSecond)")
        }
    }

    /// A permit that nobody ends would narrow the pace for ever.
    @Test func noPermitIsTakenWhereThereIsNoRate() {
        var gates = gates(rate: 1)
        var chance = Chance(seed: 3)
        gates.setShare(owned: 1, all: 1, at: now - .seconds(10))
        var time = fail(&gates, Self.toProbes - 1, every: .milliseconds(1_100), at: now, &chance)
        #expect(gates.pace.width(.send, at: time) == 1)
        time = time + .seconds(2)
        guard case .go(let first) = gates.ask(.bulkSend, sendsWait: true, at: time) else {
            Issue.record("one may go")
            return
        }
        _ = gates.ended(first, .neutral, at: time, using: &chance)
        for _ in 0..<100 {
            guard case .noRate(let until?) = gates.ask(.bulkSend, sendsWait: true, at: time), until > time else {
                Issue.record("the rate has nothing left")
                return
            }
        }
        let next = gates.ask(.bulkSend, sendsWait: true, at: time + .seconds(2))
        #expect(isGo(next), "\(next)")
    }

    @Test func withoutAShareNobodyKnowsWhen() {
        var gates = gates(rate: 1)
        let answer = gates.ask(.prioritySend, sendsWait: false, at: now)
        #expect(answer == .noRate(until: nil))
    }

    @Test func aPollLeavesASingleProbeToTheSends() {
        var gates = gates()
        var chance = Chance(seed: 3)
        fail(&gates, Self.toProbes, every: .zero, at: now, &chance)
        fail(&gates, Self.toProbes, of: .poll, every: .zero, at: now, &chance)
        let time = now + .seconds(1)
        let whileSendsWait = gates.ask(.poll, sendsWait: true, at: time)
        #expect(whileSendsWait == .noPermit)
        let alone = gates.ask(.poll, sendsWait: false, at: time)
        #expect(isGo(alone))
    }

    /// Every answer that lets a request go takes one token, and no window of a second sees more than the rate.
    @Test func noSecondSeesMoreThanTheRate() {
        for seed in UInt64(1)...50 {
            var gates = gates(rate: 20)
            var chance = Chance(seed: seed)
            gates.setShare(owned: 1, all: 1, at: now - .seconds(10))
            var time = now
            var went: [MonotonicInstant] = []
            for _ in 0..<2_000 {
                time = time + .milliseconds(Int.random(in: 0...20, using: &chance))
                let kind = RateBudget.Kind.allCases[Int.random(in: 0..<3, using: &chance)]
                guard case .go(let permit) = gates.ask(kind, sendsWait: true, at: time) else { continue }
                went.append(time)
                _ = gates.ended(permit, .success, at: time, using: &chance)
            }
            #expect(went.count > 200, "seed \(seed)")
            for (first, last) in zip(went, went.dropFirst(20)) { #expect(last - first >= .seconds(1), "seed \(seed)") }
        }
    }

    // MARK: Stock

    @Test func theStockIsAsLargeAsWhatCouldLeaveSoon() {
        #expect(gates().stockLimit(at: now) == .max)
        var limited = gates(rate: 100)
        limited.setShare(owned: 1, all: 4, at: now)
        #expect(limited.stockLimit(at: now) == 2, "no share yet")
        _ = limited.ask(.poll, sendsWait: false, at: now + .seconds(2))
        #expect(limited.stockLimit(at: now) == 50, "two seconds of a quarter")
        var chance = Chance(seed: 1)
        var narrowed = gates()
        fail(&narrowed, Self.toProbes, every: .zero, at: now, &chance)
        #expect(narrowed.stockLimit(at: now) == 8)
    }

    // MARK: What outcomes say of the provider

    @Test func onlyWhatIsNoAnswerSpeaksAgainstTheProvider() {
        let receipt = Acceptance(messageIDs: ["1"], status: .known(.queued), cost: nil)
        let answers: [AttemptOutcome] = [
            .accepted(receipt), .refused(code: "X"), .account(.credit, code: "X"),
            .notSent(reason: "later", retryAfter: nil, isAnswer: true),
        ]
        for outcome in answers { #expect(Gates.ending(of: outcome) == (.success, nil), "\(outcome)") }
        #expect(Gates.ending(of: .notSent(reason: "no way", retryAfter: nil, isAnswer: false)) == (.failure, "no way"))
        #expect(Gates.ending(of: AttemptOutcome.unknown(reason: "no answer")) == (.failure, "no answer"))
        #expect(Gates.ending(of: AttemptOutcome.notBegun) == (.neutral, nil))
        let polls: [PollOutcome] = [
            .status(.known(.sent)), .unknownID, .account(.credit, code: "X"), .refused(code: "X"),
            .failed(reason: "later", retryAfter: .seconds(1)),
        ]
        for outcome in polls { #expect(Gates.ending(of: outcome) == (.success, nil), "\(outcome)") }
        #expect(Gates.ending(of: PollOutcome.failed(reason: "no way", retryAfter: nil)) == (.failure, "no way"))
    }

    @Test func theLastFailureIsKeptForWhoeverTellsOfIt() {
        var gates = gates()
        var chance = Chance(seed: 1)
        fail(&gates, 1, every: .zero, at: now, &chance)
        guard case .go(let permit) = gates.ask(.poll, sendsWait: false, at: now) else { return }
        _ = gates.ended(permit, .success, at: now, using: &chance)
        #expect(gates.lastFailure == "no connection")
    }

    @Test func anAccountThatAnswersWithCreditsForTheOldestOpensItsGate() {
        var gates = gates(shut: [.account])
        var chance = Chance(seed: 1)
        var time = now
        while gates.tick(time) != .startProbe { time = time + .seconds(1) }
        #expect(time - now <= .seconds(6))
        let action = gates.balanceAnswered(.credits(1), parts: 1, at: time, using: &chance)
        #expect(action == .logResumed(after: time - now))
        #expect(gates.shut(outside(), at: time) == nil)
    }
}
