import PipelineSupport
import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

@Suite struct TrackerTests {
    private static let start = Now(monotonic: MonotonicInstant(nanoseconds: 3_600_000_000_000), wall: 1_795_500_000_000)
    private static let permit = Pace.Permit(kind: .poll, round: 0, startedAt: start.monotonic, isUsed: false)
    private let assignment = Assignment.sample()

    /// Polls each second, for ten seconds.
    private func tracker(maxInFlight: Int = 32) -> Tracker {
        Tracker(TrackSettings(cadence: [.seconds(1)], horizon: .seconds(10), maxInFlight: maxInFlight))
    }

    private func entry(_ ids: [String] = ["8767"]) -> LedgerEntry {
        var entry = LedgerEntry.sample()
        entry.begin(mark: 1)
        _ = entry.accept(Acceptance(messageIDs: ids, status: .known(.queued), cost: nil), at: Self.start.wall)
        return entry
    }

    private func bytes(_ entry: LedgerEntry) -> [UInt8] {
        var bytes: [UInt8] = []
        LedgerCodec.encode(entry, into: &bytes)
        return bytes
    }

    private func track(
        _ tracker: inout Tracker, _ chance: inout Chance, ids: [String] = ["8767"], isRestored: Bool = false, at now: Now = start
    )
        -> TrackingHandle
    {
        tracker.track(
            bytes(entry(ids)), base: Self.start.wall, of: assignment, RequestHash(id: [1]), isRestored: isRestored, at: now, using: &chance)
    }

    private func later(_ duration: Duration) -> Now {
        Now(monotonic: Self.start.monotonic + duration, wall: Self.start.wall + duration.milliseconds)
    }

    private func answer(
        _ tracker: inout Tracker, _ handle: TrackingHandle, _ outcome: PollOutcome, stood: Duration = .zero, at now: Now,
        _ chance: inout Chance
    ) -> Tracker.Step {
        tracker.answered(handle, outcome, stood: { _ in stood }, at: now, using: &chance)
    }

    private func isNothing(_ step: Tracker.Step) -> Bool { if case .nothing = step { true } else { false } }
    private func changed(_ step: Tracker.Step) -> (LedgerEntry, EntryEvent)? {
        if case .changed(let entry, let event?) = step { (entry, event) } else { nil }
    }
    private func ended(_ step: Tracker.Step) -> (LedgerEntry, EntryEvent)? {
        if case .ended(let entry, let event) = step { (entry, event) } else { nil }
    }

    /// What the metric shows of memory is what is there, whatever comes.
    @Test func theBytesOfItsMessagesAreCounted() {
        var tracker = tracker()
        var chance = Chance(seed: 1)
        let handles = [track(&tracker, &chance), track(&tracker, &chance, ids: ["1", "2"]), track(&tracker, &chance)]
        func kept(_ tracker: borrowing Tracker) -> Int { handles.reduce(0) { $0 + (tracker.message($1)?.value.count ?? 0) } }
        #expect(tracker.valueBytes == kept(tracker) && tracker.valueBytes > 300)
        let before = tracker.valueBytes
        _ = answer(&tracker, handles[0], .status(.other("ON ITS WAY")), at: later(.seconds(1)), &chance)
        #expect(tracker.valueBytes == kept(tracker) && tracker.valueBytes == before + 10)
        _ = answer(&tracker, handles[1], .status(.known(.delivered)), at: later(.seconds(1)), &chance)
        #expect(tracker.valueBytes == kept(tracker))
        for handle in handles { tracker.remove(handle) }
        #expect(tracker.valueBytes == 0)
    }

    // MARK: Answers

    @Test func anUnchangedAnswerMovesTheNextPollAndNothingElse() {
        var tracker = tracker()
        var chance = Chance(seed: 1)
        let handle = track(&tracker, &chance)
        let before = tracker.message(handle)?.value
        for second in 1...8 {
            let now = later(.seconds(second))
            let due = tracker.takeDue(at: now.monotonic + .seconds(1))
            #expect(due?.handle == handle && due?.messageID == "8767")
            let step = answer(&tracker, handle, .status(.known(.queued)), at: now, &chance)
            #expect(isNothing(step))
            #expect(tracker.message(handle)?.value == before)
            let next = tracker.nextDue.map { $0 - now.monotonic } ?? .zero
            #expect(next > .milliseconds(350) && next < .milliseconds(1_700), "the cadence, and a tenth of it either way: \(next)")
        }
        #expect(tracker.count == 1)
    }

    @Test func aNewStatusIsAnEventAndTheMessageIsTrackedOn() {
        var tracker = tracker()
        var chance = Chance(seed: 1)
        let handle = track(&tracker, &chance)
        let step = answer(&tracker, handle, .status(.known(.sent)), at: later(.seconds(1)), &chance)
        guard let (entry, event) = changed(step) else {
            Issue.record("it has changed")
            return
        }
        #expect(event.status == .sent && event.sequence == 2 && !event.isFinal)
        #expect(tracker.message(handle)?.value == bytes(entry), "the next change begins where this one ended")
        let repeated = answer(&tracker, handle, .status(.known(.sent)), at: later(.seconds(2)), &chance)
        #expect(isNothing(repeated))
        let earlier = answer(&tracker, handle, .status(.known(.queued)), at: later(.seconds(3)), &chance)
        #expect(isNothing(earlier), "statuses only move forward")
    }

    @Test func theFinalStatusIsTheLastEvent() {
        for status in [MessageStatus.delivered, .failed] {
            var tracker = tracker()
            var chance = Chance(seed: 1)
            let handle = track(&tracker, &chance)
            let tag = tracker.begin(handle, permit: Self.permit)
            let step = answer(&tracker, handle, .status(.known(status)), at: later(.seconds(1)), &chance)
            #expect(ended(step)?.1.isFinal == true && ended(step)?.1.status == status && ended(step)?.0.state == .closed)
            #expect(tracker.count == 0)
            let late = answer(&tracker, handle, .status(.known(.delivered)), at: later(.seconds(2)), &chance)
            #expect(isNothing(late), "it is tracked no more")
            let (poll, again) = (tracker.end(tag), tracker.end(tag))
            #expect(poll?.handle == handle && again == nil)
        }
    }

    @Test func fiveUnknownIDsInARowEndIt() {
        var tracker = tracker()
        var chance = Chance(seed: 1)
        let handle = track(&tracker, &chance)
        var steps = (1...4).map { answer(&tracker, handle, .unknownID, at: later(.milliseconds(100 * $0)), &chance) }
        steps.append(answer(&tracker, handle, .status(.known(.queued)), at: later(.milliseconds(500)), &chance))
        steps += (6...9).map { answer(&tracker, handle, .unknownID, at: later(.milliseconds(100 * $0)), &chance) }
        #expect(steps.allSatisfy { isNothing($0) }, "an answer in between begins anew")
        let last = answer(&tracker, handle, .unknownID, at: later(.seconds(1)), &chance)
        #expect(ended(last)?.1.reason?.code == "WRONG_ID" && ended(last)?.1.isFinal == true)
        #expect(tracker.count == 0)
    }

    /// At any age, the horizon too: the account is not in order, and nothing was said of the message.
    @Test func badCredentialsAreNeverTheLastWord() {
        var tracker = tracker()
        var chance = Chance(seed: 1)
        let handle = track(&tracker, &chance)
        for age in [1, 9, 10, 11, 1_000] {
            let now = later(.seconds(age))
            let step = answer(&tracker, handle, .account(.credentials, code: "WRONG_AUTH"), at: now, &chance)
            #expect(isNothing(step))
            #expect(tracker.nextDue == now.monotonic + .seconds(10), "and it is asked for again")
        }
        let step = answer(&tracker, handle, .account(.credit, code: "NO_MONEY"), at: later(.seconds(1_000)), &chance)
        #expect(ended(step)?.1.reason?.code == "TRACKING_EXPIRED", "without credit polls are answered")
    }

    // MARK: The horizon

    /// The last look is at the horizon itself, whatever the cadence, and time in which no poll was allowed does not count.
    @Test(arguments: [0, 7]) func trackingEndsAtItsHorizon(stood: Int) {
        for outcome in [PollOutcome.status(.known(.queued)), .refused(code: "ODD"), .failed(reason: "no answer", retryAfter: nil)] {
            var tracker = tracker()
            var chance = Chance(seed: 5)
            let handle = track(&tracker, &chance)
            let horizon = later(.seconds(10 + stood))
            var now = later(.seconds(1))
            for _ in 0..<40 {
                let step = answer(&tracker, handle, outcome, stood: .seconds(stood), at: now, &chance)
                if let (_, event) = ended(step) {
                    #expect(now == horizon && event.reason?.code == "TRACKING_EXPIRED" && event.status == .queued && event.isFinal)
                    break
                }
                guard let due = tracker.nextDue else { break }
                #expect(due > now.monotonic && due <= horizon.monotonic)
                now = later(due - Self.start.monotonic)
            }
            #expect(tracker.count == 0)
        }
    }

    @Test func whatTheLastLookLearnsComesBeforeTheLastWord() {
        var tracker = tracker()
        var chance = Chance(seed: 1)
        let handle = track(&tracker, &chance)
        let now = later(.seconds(10))
        let step = answer(&tracker, handle, .status(.known(.sent)), at: now, &chance)
        #expect(changed(step)?.1.sequence == 2)
        #expect(tracker.hasDue(at: now.monotonic) == true)
        let last = answer(&tracker, handle, .status(.known(.sent)), at: now, &chance)
        #expect(ended(last)?.1.sequence == 3 && ended(last)?.1.status == .sent)
    }

    @Test func aMessageWithoutAnIDWaitsForItsHorizon() {
        var tracker = tracker()
        var chance = Chance(seed: 1)
        let handle = track(&tracker, &chance, ids: [])
        var now = later(.seconds(2))
        for _ in 0..<40 {
            let due = tracker.takeDue(at: now.monotonic)
            #expect(due?.handle == handle && due?.messageID == nil)
            let step = tracker.askAgain(handle, stood: { _ in .zero }, at: now, using: &chance)
            if let (_, event) = ended(step) {
                #expect(now == later(.seconds(10)) && event.reason?.code == "TRACKING_EXPIRED")
                return
            }
            guard let next = tracker.nextDue else { break }
            now = later(next - Self.start.monotonic)
        }
        Issue.record("it ends at its horizon")
    }

    // MARK: Its partition

    @Test func ofAPartitionThatIsGivenBackNobodyIsAskedFor() {
        var tracker = tracker()
        var chance = Chance(seed: 1)
        let handle = track(&tracker, &chance)
        assignment.phase = .draining
        let now = later(.seconds(20))
        let due = tracker.takeDue(at: now.monotonic)
        #expect(due == nil)
        #expect(tracker.nextDue == now.monotonic + .seconds(1))
        let step = answer(&tracker, handle, .status(.known(.delivered)), at: now, &chance)
        #expect(isNothing(step), "the next owner asks again")
        #expect(tracker.count == 1)
        assignment.end()
        let late = answer(&tracker, handle, .status(.known(.delivered)), at: now, &chance)
        #expect(isNothing(late))
    }

    // MARK: Polls

    @Test func noMorePollsRunThanMay() {
        var tracker = tracker(maxInFlight: 2)
        var chance = Chance(seed: 1)
        for _ in 0..<5 { _ = track(&tracker, &chance) }
        let now = later(.seconds(5)).monotonic
        var tags: [UInt64] = []
        while tracker.mayPoll(at: now), let due = tracker.takeDue(at: now) {
            tags.append(tracker.begin(due.handle, permit: Self.permit))
        }
        #expect(tags.count == 2)
        #expect(tracker.pollCount == 2 && tracker.nextDue == nil, "an answer comes first")
        #expect(tracker.isOverfull == false)
        let poll = tracker.end(tags[0])
        #expect(poll != nil)
        #expect(tracker.mayPoll(at: now) == true)
        #expect(tracker.nextDue != nil)
        tracker.isGated = true
        #expect(tracker.nextDue == nil, "a gate wakes by itself")
    }

    @Test func theLongestDueIsAskedForFirst() {
        var tracker = tracker()
        var chance = Chance(seed: 1)
        let handles = (0..<20).map { track(&tracker, &chance, at: later(.milliseconds(100 * $0))) }
        var asked: [MonotonicInstant] = []
        while let due = tracker.nextDue, let taken = tracker.takeDue(at: due) {
            #expect(handles.contains(taken.handle))
            asked.append(due)
        }
        #expect(asked.count == 20 && asked == asked.sorted())
    }

    /// So a restart asks for nobody in a herd, and nothing expires unasked because the worker was away.
    @Test func afterARestoreThePollsAreSpreadAndEachMessageIsAskedForOnce() {
        var tracker = tracker()
        var chance = Chance(seed: 1)
        let now = later(.seconds(3_600))
        for _ in 0..<200 { _ = track(&tracker, &chance, isRestored: true, at: now) }
        var delays: [Duration] = []
        while let due = tracker.nextDue, let taken = tracker.takeDue(at: due) {
            delays.append(due - now.monotonic)
            let step = answer(&tracker, taken.handle, .status(.known(.queued)), at: later(due - Self.start.monotonic), &chance)
            #expect(ended(step)?.1.reason?.code == "TRACKING_EXPIRED")
        }
        #expect(delays.count == 200 && delays.allSatisfy { $0 >= .zero && $0 <= .seconds(1) })
        #expect(delays.count { $0 < .milliseconds(500) } > 60 && delays.count { $0 >= .milliseconds(500) } > 60)
    }

    /// Any answers in any order: numbers of events go on by one, nothing follows the last one, and what is tracked has a time.
    @Test func aCourseOfAnswersIsACourseOfEvents() {
        let failure = RandomSchedules.firstFailure(of: 1_000) { random -> String? in
            var tracker = tracker()
            var chance = Chance(seed: random.next())
            let handle = track(&tracker, &chance)
            var (now, sequence, isOver) = (Self.start, 1, false)
            for _ in 0..<40 {
                now = Now(monotonic: now.monotonic + .milliseconds(random.below(900)), wall: now.wall)
                let outcomes: [PollOutcome] = [
                    .status(.known([.queued, .sent, .delivered, .failed][random.below(random.oneIn(8) ? 4 : 2)])), .unknownID,
                    .status(.other("ODD \(random.below(3))")), .account(.credentials, code: "X"), .failed(reason: "x", retryAfter: nil),
                ]
                switch answer(&tracker, handle, outcomes[random.below(outcomes.count)], at: now, &chance) {
                case .nothing: break
                case .changed(_, nil): return "a change without an event"
                case .changed(_, let event?), .ended(_, let event):
                    if isOver { return "an event behind the last one" }
                    sequence += 1
                    if Int(event.sequence) != sequence { return "the event \(event.sequence) where \(sequence) should come" }
                    isOver = event.isFinal
                }
                if (tracker.count == 0) != isOver { return "tracked: \(tracker.count), over: \(isOver)" }
                if !isOver, tracker.nextDue == nil { return "nobody will ask again" }
            }
            return nil
        }
        #expect(failure == nil)
    }
}
