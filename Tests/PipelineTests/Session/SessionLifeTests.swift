import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

@Suite struct SessionLifeTests {
    private let now = MonotonicInstant(nanoseconds: 3_600_000_000_000)
    private let error = BrokerError(.other, name: "SOMETHING")

    /// With a session.
    private func life(_ session: StubSession = StubSession()) -> SessionLife {
        var life = SessionLife(.defaults)
        _ = life.opened(session)
        return life
    }

    private func lose(
        _ life: inout SessionLife, _ fencing: FencingHistory.Cause? = nil, isStuck: Bool = false, at time: MonotonicInstant,
        _ chance: inout Chance
    ) { life.lost(fencing: fencing, isStuck: isStuck, at: time, using: &chance) }

    private func isRival(_ end: PipelineEnd?) -> Bool { if case .rival = end { true } else { false } }
    private func isFailed(_ end: PipelineEnd?) -> Bool { if case .failed = end { true } else { false } }

    /// Asks until another session is wanted.
    private func reopened(_ life: inout SessionLife, at time: MonotonicInstant) -> MonotonicInstant? {
        guard let due = life.nextOpening else { return nil }
        let time = max(time, due)
        return life.shouldOpen(at: time) ? time : nil
    }

    // MARK: Opening

    @Test func aSessionIsMadeAnewAtOnceAndThenWithPauses() {
        var life = life()
        var chance = Chance(seed: 1)
        lose(&life, at: now, &chance)
        #expect(life.session == nil)
        #expect(life.nextOpening == now, "the first time")
        let opens = [life.shouldOpen(at: now), life.shouldOpen(at: now)]
        #expect(opens == [true, false], "one opening at a time")
        for failures in 2...12 {
            life.openingFailed(error, at: now, using: &chance)
            let delay = (life.nextOpening ?? now) - now
            #expect(delay <= min(.milliseconds(100 << (failures - 1)), .seconds(5)), "after \(failures)")
            let early = life.shouldOpen(at: now - .nanoseconds(1))
            #expect(!early)
            #expect(reopened(&life, at: now) != nil)
        }
        let taken = life.opened(StubSession())
        #expect(taken)
        life.committed()
        lose(&life, at: now, &chance)
        #expect(life.nextOpening == now, "a commit has come through in between")
    }

    @Test func aSessionThatComesAfterTheEndIsLeft() {
        var life = life()
        var chance = Chance(seed: 1)
        lose(&life, at: now, &chance)
        _ = life.shouldOpen(at: now)
        life.finish(.drained)
        let late = StubSession()
        let isTaken = life.opened(late)
        #expect(!isTaken)
        #expect(late.abandoned == 1 && late.freed == 0, "what is handled in this turn may still name it")
        #expect(life.session == nil)
        life.freeLeft()
        life.freeLeft()
        #expect(late.freed == 1)
        life.openingFailed(error, at: now, using: &chance)
        #expect(life.nextOpening == nil)
    }

    /// Whatever happens in whatever order: one session or one opening, and each session is left and freed once.
    @Test func twoSessionsAreNeverThereAtOnce() {
        let failure = RandomSchedules.firstFailure(of: 5_000) { random -> String? in
            var life = SessionLife(.defaults)
            var chance = Chance(seed: random.next())
            var sessions = [StubSession()]
            _ = life.opened(sessions[0])
            var (isOpening, time, isEnded) = (false, now, false)
            for _ in 0..<60 {
                time = time + .milliseconds(random.below(2_000))
                switch random.below(8) {
                case 0: lose(&life, [nil, .silence, .producer(1), .transactionState][random.below(4)], at: time, &chance)
                case 1: lose(&life, isStuck: random.oneIn(4), at: time, &chance)
                case 2 where isOpening:
                    isOpening = false
                    sessions.append(StubSession())
                    if life.opened(sessions[sessions.count - 1]) == isEnded { return "taken: \(!isEnded) after the end" }
                case 3 where isOpening:
                    isOpening = false
                    life.openingFailed(error, at: time, using: &chance)
                case 4 where life.openingHangs(isOverdue: true):
                    if !isOpening { return "an opening hangs that nobody began" }
                    isOpening = false
                    life.openingLeftBehind(at: time, using: &chance)
                case 5: life.committed()
                case 6 where random.oneIn(20):
                    if !life.isDraining { life.drain(limit: .seconds(1), isJoined: random.oneIn(2), at: time) }
                default:
                    guard life.shouldOpen(at: time) else { break }
                    if isOpening { return "a second opening" }
                    if life.session != nil { return "an opening beside a session" }
                    if isEnded { return "an opening after the end" }
                    isOpening = true
                }
                if random.oneIn(3) { life.freeLeft() }
                if isEnded, life.end == nil { return "the end is no end" }
                isEnded = life.end != nil
                let kept = sessions.filter { $0.abandoned == 0 }
                if kept.count > 1 || (kept.first === life.session) == false { return "\(kept.count) sessions are not left" }
                if life.session == nil, !isEnded, !isOpening, life.nextOpening == nil { return "nobody will open another" }
            }
            life.freeLeft()
            for session in sessions where session.abandoned > 0 {
                if session.abandoned != 1 || session.freed != 1 { return "left \(session.abandoned) times, freed \(session.freed) times" }
            }
            return nil
        }
        #expect(failure == nil)
    }

    // MARK: Fencings

    @Test func theThirdFencingThatNothingExplainsMeansARival() {
        var life = life()
        var chance = Chance(seed: 1)
        for count in 1...3 {
            let time = now + .seconds(60 * count)
            lose(&life, .producer(0), at: time, &chance)
            #expect(isRival(life.end) == (count == 3))
            _ = reopened(&life, at: time)
            _ = life.opened(StubSession())
        }
        #expect(life.nextOpening == nil)
    }

    /// Two that begin again in step would fence each other for ever.
    @Test func fromTheSecondOnThereIsChanceBeforeTheNextSession() {
        var delays: Set<Int64> = []
        for seed in UInt64(1)...30 {
            var life = life()
            var chance = Chance(seed: seed)
            lose(&life, .silence, at: now, &chance)
            _ = life.shouldOpen(at: now)
            _ = life.opened(StubSession())
            life.committed()
            lose(&life, .silence, at: now + .seconds(1), &chance)
            delays.insert(((life.nextOpening ?? now) - now).milliseconds - 1_000)
        }
        #expect(delays.count > 20 && delays.allSatisfy { (0...2_000).contains($0) })
    }

    @Test func whatTheSessionKnewExplainsItsFencing() {
        for explain: (StubSession) -> Void in [{ $0.hasTrouble = true }, { $0.lateInitialisations[1] = 1 }] {
            var life = SessionLife(.defaults)
            var chance = Chance(seed: 1)
            for count in 1...5 {
                let session = StubSession()
                _ = life.opened(session)
                explain(session)
                lose(&life, .producer(1), at: now + .seconds(60 * count), &chance)
                _ = reopened(&life, at: now + .seconds(60 * count))
            }
            #expect(life.end == nil)
        }
    }

    @Test func aTransactionBeyondItsTimeoutExplainsAFencing() {
        for (duration, isExplained) in [(Duration.seconds(10), false), (.milliseconds(10_001), true)] {
            var life = life()
            life.transactionTook(duration, at: now)
            #expect(life.fencings.isExplained(at: now) == isExplained)
        }
    }

    @Test func anotherMemberOfThisNameIsARivalTheSecondTime() {
        var life = life()
        let first = life.instanceFenced(error, at: now)
        #expect(first == .rebuild(unexplained: 0))
        #expect(life.end == nil)
        let later = life.instanceFenced(error, at: now + .seconds(30))
        #expect(later == .rebuild(unexplained: 0), "two sessions have gone by")
        let again = life.instanceFenced(error, at: now + .milliseconds(59_999))
        #expect(again == .exitRival)
        #expect(isRival(life.end))
    }

    // MARK: Calls that hang

    @Test func anOpeningThatHangsIsLeftBehindAndTheSecondWithinAnHourEndsTheProcess() {
        var life = life()
        var chance = Chance(seed: 1)
        lose(&life, at: now, &chance)
        for count in 1...2 {
            _ = reopened(&life, at: now + .seconds(60 * count))
            var ticks = (0..<2).map { _ in life.openingHangs(isOverdue: true) }
            ticks.append(life.openingHangs(isOverdue: false))
            ticks += (0..<4).map { _ in life.openingHangs(isOverdue: true) }
            #expect(ticks == [false, false, false, false, false, true, false], "three ticks in a row, once")
            #expect(life.isOpeningStuck == true)
            life.openingLeftBehind(at: now + .seconds(60 * count), using: &chance)
            #expect((life.nextOpening != nil) == (count == 1))
        }
        #expect(isFailed(life.end))
    }

    @Test func noOpeningHangsWhereNoneIsUnderWay() {
        var life = life()
        let ticks = (0..<5).map { _ in life.openingHangs(isOverdue: true) }
        #expect(ticks == Array(repeating: false, count: 5))
    }

    @Test func anOpeningThatComesThroughIsStuckNoMore() {
        var life = life()
        var chance = Chance(seed: 1)
        lose(&life, at: now, &chance)
        _ = life.shouldOpen(at: now)
        _ = (0..<3).map { _ in life.openingHangs(isOverdue: true) }
        life.openingLeftBehind(at: now, using: &chance)
        _ = reopened(&life, at: now)
        _ = life.opened(StubSession())
        #expect(life.isOpeningStuck == false)
    }

    @Test func aCommitHangsAfterThreeTicks() {
        let session = StubSession()
        var life = life(session)
        var chance = Chance(seed: 1)
        session.isOverdue = true
        let ticks = (0..<3).map { _ in life.commitHangs(at: now) }
        #expect(ticks == [false, false, true])
        lose(&life, .silence, isStuck: true, at: now, &chance)
        let without = life.commitHangs(at: now)
        #expect(!without)
        #expect(life.end == nil)
    }

    // MARK: Brokers

    @Test func theBrokersGoAndComeBackOnce() {
        var life = life()
        var down = error
        down.areAllBrokersDown = true
        let gone = [life.consumerTrouble(error, at: now), life.consumerTrouble(down, at: now), life.consumerTrouble(down, at: now)]
        #expect(gone == [false, true, false])
        #expect(life.brokersGoneSince == now)
        let back = [life.brokersAreBack(), life.brokersAreBack()]
        #expect(back == [true, false])
        _ = life.consumerTrouble(down, at: now)
        life.committed()
        #expect(life.brokersGoneSince == nil)
    }

    // MARK: Leaving

    @Test func aDrainWithoutASessionEnds() {
        var life = life()
        var chance = Chance(seed: 1)
        lose(&life, at: now, &chance)
        life.drain(limit: .seconds(30), isJoined: false, at: now)
        #expect(life.end == .drained)
        let opens = life.shouldOpen(at: now + .seconds(60))
        #expect(!opens)
    }

    @Test func aDrainBeforeTheGroupIsJoinedLeavesTheSession() {
        let session = StubSession()
        var life = life(session)
        life.drain(limit: .seconds(30), isJoined: false, at: now)
        #expect(life.end == .drained)
        #expect(session.abandoned == 1 && session.left == 0, "an unjoined consumer is not closed")
    }

    @Test func aMemberDrainsThenLeavesThenEnds() {
        let session = StubSession()
        var life = life(session)
        func leave(_ isDrained: Bool, _ isCommitted: Bool, at time: MonotonicInstant, _ life: inout SessionLife) -> MonotonicInstant? {
            life.leaveGroup(isDrained: isDrained, isCommitted: isCommitted, patience: .seconds(10), at: time)
        }
        let before = leave(true, true, at: now, &life)
        #expect(before == nil && session.left == 0, "nobody drains")
        life.drain(limit: .seconds(30), isJoined: true, at: now)
        let runs = leave(false, true, at: now, &life)
        #expect(runs == now + .seconds(30) && session.left == 0)
        let isDrained = leave(true, true, at: now + .seconds(1), &life)
        #expect(isDrained == nil && session.left == 1)
        _ = leave(true, true, at: now + .seconds(2), &life)
        #expect(session.left == 1, "once")
        life.endIfLeft()
        #expect(life.end == nil)
        session.isClosed = true
        life.endIfLeft()
        #expect(life.end == .drained)
        #expect(life.session == nil && session.abandoned == 1)
    }

    @Test func atItsLimitADrainWaitsForTheLastTransactionAndNoLonger() {
        for (isCommitted, second, leaves) in [(true, 30, true), (false, 30, false), (false, 39, false), (false, 40, true)] {
            let session = StubSession()
            var life = life(session)
            life.drain(limit: .seconds(30), isJoined: true, at: now)
            let time = now + .seconds(second)
            let again = life.leaveGroup(isDrained: false, isCommitted: isCommitted, patience: .seconds(10), at: time)
            #expect(session.left == (leaves ? 1 : 0))
            #expect(again == (leaves ? nil : time + .milliseconds(100)))
        }
    }

    /// What the provider answers from here on could be committed only after another join, restore and drain.
    @Test func aSessionThatIsLostWhileDrainingIsTheEnd() {
        var life = life()
        var chance = Chance(seed: 1)
        life.drain(limit: .seconds(30), isJoined: true, at: now)
        lose(&life, .producer(0), at: now, &chance)
        #expect(life.end == .drained)
        #expect(life.nextOpening == nil)
    }

    @Test func theFirstEndStays() {
        var life = life()
        life.finish(.rival("x"))
        life.finish(.drained)
        #expect(life.end == .rival("x"))
    }
}
