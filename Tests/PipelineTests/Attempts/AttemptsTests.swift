import PipelineSupport
import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

@Suite struct AttemptsTests {
    private let now = MonotonicInstant(nanoseconds: 3_600_000_000_000)
    private let accepted = AttemptOutcome.accepted(Acceptance(messageIDs: ["8767"], status: .known(.queued), cost: nil))
    private let permit = Pace.Permit(kind: .send, round: 0, startedAt: MonotonicInstant(nanoseconds: 0), isUsed: true)

    private func attempts(most: Int = 4, seed: UInt64 = 1) -> Attempts {
        var chance = Chance(seed: seed)
        return Attempts(most: most, using: &chance)
    }

    private func request(_ assignment: Assignment, mark: UInt64) -> PendingRequest {
        var entry = LedgerEntry.sample()
        entry.begin(mark: mark)
        return PendingRequest(entry: entry, assignment: assignment, hash: RequestHash(id: entry.echo.id), orderHash: nil, isStrict: false)
    }

    private func isNeverBegun(_ fact: FactStore<Attempt>.Fact?) -> Bool { if case .neverBegun = fact { true } else { false } }
    private func outcome(_ fact: FactStore<Attempt>.Fact?) -> AttemptOutcome? {
        if case .ended(let outcome) = fact { outcome } else { nil }
    }

    // MARK: Marks and slots

    @Test func aMarkIsNeverUsedTwiceNorByAnotherProcess() {
        var marks: Set<UInt64> = []
        for seed in UInt64(1)...20 {
            var attempts = attempts(seed: seed)
            for _ in 0..<2_000 { marks.insert(attempts.nextMark()) }
        }
        #expect(marks.count == 40_000 && !marks.contains(0))
    }

    @Test func aSlotIsFreeAgainWhenItsAttemptHasEnded() {
        var attempts = attempts(most: 2)
        let assignment = Assignment.sample()
        let first = attempts.begin(request(assignment, mark: 1), permit: permit)
        _ = attempts.begin(request(assignment, mark: 2), permit: permit)
        #expect(attempts.free == 0)
        #expect(attempts.running(of: assignment) == 2)
        let request = attempts.end(first, .unknown(reason: "no answer"), at: now)
        #expect(request?.entry.mark == 1)
        #expect(attempts.free == 1)
        #expect(attempts.factCount == 0, "whoever has the request writes it")
        let again = attempts.end(first, accepted, at: now)
        #expect(again == nil, "a late answer meets nobody")
    }

    @Test func anAttemptThatDidNotBeginFillsNoStock() {
        var attempts = attempts()
        let assignment = Assignment.sample()
        for (outcome, room) in [(AttemptOutcome.notBegun, 4), (.refused(code: "X"), 6)] {
            let tag = attempts.begin(request(assignment, mark: 1), permit: permit)
            _ = attempts.end(tag, outcome, at: now)
            #expect(attempts.room(stocked: 0, policy: .resend) == room, "\(outcome)")
        }
        #expect(attempts.room(stocked: 0, policy: .hold) == 4)
        attempts.transactionBegan()
        #expect(attempts.room(stocked: 0, policy: .resend) == 4)
    }

    // MARK: Facts

    @Test func anOutcomeWhoseAssignmentHasEndedIsFoundByARestoreOnce() {
        var attempts = attempts()
        let assignment = Assignment.sample()
        let tag = attempts.begin(request(assignment, mark: 9), permit: permit)
        assignment.end()
        attempts.end(assignment, stocked: [], at: now)
        let request = attempts.end(tag, accepted, at: now)
        #expect(request == nil)
        let fact = attempts.takeFact(mark: 9)
        #expect(outcome(fact) == accepted)
        let again = attempts.takeFact(mark: 9)
        #expect(again == nil)
    }

    @Test func anAttemptThatStillRunsFindsItsRequestAgain() {
        var attempts = attempts()
        let assignment = Assignment.sample()
        let tag = attempts.begin(request(assignment, mark: 9), permit: permit)
        assignment.end()
        attempts.end(assignment, stocked: [], at: now)
        #expect(attempts.running(of: assignment) == 0)
        guard case .running(let attempt) = attempts.takeFact(mark: 9) else {
            Issue.record("it runs")
            return
        }
        let next = Assignment.sample(id: 77)
        attempt.request = request(next, mark: 9)
        #expect(attempts.running(of: next) == 1)
        let found = attempts.end(tag, accepted, at: now)
        #expect(found === attempt.request)
        #expect(attempts.factCount == 0)
    }

    @Test func aCommittedIntentWithoutAPostNeverBegan() {
        var attempts = attempts()
        let assignment = Assignment.sample()
        let stocked = request(assignment, mark: 4)
        assignment.end()
        attempts.end(assignment, stocked: [stocked], at: now)
        let fact = attempts.takeFact(mark: 4)
        #expect(isNeverBegun(fact))
    }

    @Test func anIntentThatWasNeverCommittedNeverBegan() {
        var attempts = attempts()
        attempts.keep(.intent(request(.sample(), mark: 4), mark: 4), at: now)
        attempts.keep(.none, at: now)
        #expect(attempts.factCount == 1)
        let fact = attempts.takeFact(mark: 4)
        #expect(isNeverBegun(fact))
    }

    /// Its commit may have come through after all; what is known of the attempt is more than that it was to begin.
    @Test func whatIsKnownOfAnAttemptIsNotForgottenForItsIntent() {
        var attempts = attempts()
        attempts.keep(.outcome(accepted, mark: 4), at: now)
        attempts.keep(.intent(request(.sample(), mark: 4), mark: 4), at: now)
        let fact = attempts.takeFact(mark: 4)
        #expect(outcome(fact) == accepted)
    }

    @Test func anOutcomeThatWasNotCommittedIsKept() {
        var attempts = attempts()
        attempts.keep(.outcome(.refused(code: "BAD_PHONE"), mark: 4), at: now)
        attempts.keep(.outcome(.notBegun, mark: 5), at: now)
        let (refused, withdrawn) = (attempts.takeFact(mark: 4), attempts.takeFact(mark: 5))
        #expect(outcome(refused) == .refused(code: "BAD_PHONE"))
        #expect(isNeverBegun(withdrawn))
    }

    @Test func factsExpire() {
        var attempts = attempts()
        attempts.keep(.outcome(accepted, mark: 4), at: now)
        attempts.expireFacts(now + .seconds(3_600))
        #expect(attempts.factCount == 0)
    }

    /// Attempts, ended assignments and restores in any order: each outcome comes back exactly once, to a request or as a fact, and to the
    /// right one.
    @Test func noOutcomeIsLostAndNoneIsFoundTwice() {
        let failure = RandomSchedules.firstFailure(of: 2_000) { random -> String? in
            var attempts = attempts(most: 64, seed: random.next())
            var assignment = Assignment.sample()
            var ids: UInt64 = 1
            var running: [(tag: UInt64, mark: UInt64)] = []
            /// Outcomes that came while nobody owned the partition.
            var unread: [UInt64: AttemptOutcome] = [:]
            for _ in 0..<60 {
                switch random.below(4) {
                case 0:
                    let mark = attempts.nextMark()
                    running.append((attempts.begin(request(assignment, mark: mark), permit: permit), mark))
                case 1 where !running.isEmpty:
                    let (tag, mark) = running.remove(at: random.below(running.count))
                    let outcome = AttemptOutcome.refused(code: "\(mark)")
                    let isOwned = attempts[tag]?.request != nil
                    let request = attempts.end(tag, outcome, at: now)
                    if (request != nil) != isOwned { return "an outcome went to nobody, or to a request that is gone" }
                    if let request, request.entry.mark != mark || !request.assignment.isAlive { return "it went to another" }
                    if request == nil { unread[mark] = outcome }
                default:
                    // Its owner goes, and a restore finds what has not reached the ledger; not always all of it.
                    assignment.end()
                    attempts.end(assignment, stocked: [], at: now)
                    ids += 1
                    assignment = .sample(id: ids)
                    for (_, mark) in running where random.oneIn(2) {
                        guard case .running(let attempt) = attempts.takeFact(mark: mark) else { return "a running attempt is not found" }
                        attempt.request = request(assignment, mark: mark)
                    }
                    for (mark, expected) in unread where random.oneIn(2) {
                        let fact = attempts.takeFact(mark: mark)
                        if outcome(fact) != expected { return "an outcome is not found" }
                        if attempts.takeFact(mark: mark) != nil { return "it is found twice" }
                        unread[mark] = nil
                    }
                }
            }
            for (mark, expected) in unread {
                let fact = attempts.takeFact(mark: mark)
                if outcome(fact) != expected { return "an outcome was lost" }
            }
            return attempts.count == running.count ? nil : "\(attempts.count) of \(running.count) run"
        }
        #expect(failure == nil)
    }

    // MARK: The balance

    @Test(arguments: [(Int64(0), 1, false), (1, 1, true), (2, 3, false), (3, 3, true), (-1, 1, false)])
    func anUnfamiliarRefusalIsFinalOnlyWithCreditsForIt(credits: Int64, parts: Int, isFinal: Bool) {
        let refused = RefusedAttempt(tag: 1, code: "ODD", parts: parts)
        #expect(Attempts.outcome(of: refused, .credits(credits)) == (isFinal ? .refused(code: "ODD") : .account(.credit, code: "ODD")))
    }

    @Test func anUnfamiliarRefusalWaitsWhileNothingIsKnown() {
        let refused = RefusedAttempt(tag: 1, code: "ODD", parts: 1)
        #expect(Attempts.outcome(of: refused, .badCredentials) == .account(.credentials, code: "ODD"))
        guard case .notSent(_, retryAfter: nil, isAnswer: true) = Attempts.outcome(of: refused, .failed) else {
            Issue.record("nothing is known: it waits")
            return
        }
    }
}
