import PipelineSupport
import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

@Suite struct CommitLoopTests {
    private let now = MonotonicInstant(nanoseconds: 3_600_000_000_000)
    private let membership = Membership(generation: 1, memberID: "m")
    private let error = BrokerError(.abortable, name: "SOMETHING")

    /// An operation with one ledger record of this key.
    private func write(_ key: UInt8, of assignment: Assignment, to loop: inout CommitLoop, advance: Int64? = nil, entry: Int64? = nil) {
        loop.append(assignment, at: now, entry: entry, advance: advance) { $0.record(.ledger, key: [key]) { $0.append(key) } }
    }

    private func begin(_ loop: inout CommitLoop, at time: MonotonicInstant) -> CommitLoop.Transaction? {
        loop.begin(membership, group: "g", at: time)
    }

    private func end(
        _ loop: inout CommitLoop, _ transaction: CommitLoop.Transaction?, _ result: CommitResult<BrokerError>, at time: MonotonicInstant,
        _ chance: inout Chance
    ) -> CommitLoop.Ended? {
        loop.ended(transaction?.number ?? 0, CommitReport(result: result, producer: 1, renewal: nil), at: time, using: &chance)
    }

    private func due(_ loop: borrowing CommitLoop, carriesOffsets: Bool = false, at time: MonotonicInstant) -> CommitLoop.Due {
        var hunger = CommitLoop.Hunger()
        hunger.mayCarryOffsetsAlone = carriesOffsets
        hunger.isUrgent = carriesOffsets
        return loop.due(hunger, at: time)
    }

    /// First bytes of the ledger keys; nil: the empty one.
    private func keys(_ transaction: CommitLoop.Transaction?) -> [UInt8?] {
        guard let content = transaction?.content else { return [] }
        return content.records.map { $0.key.flatMap { $0.isEmpty ? nil : content.bytes[$0.lowerBound] } }
    }

    private func recorded(_ transaction: CommitLoop.Transaction?) -> Int {
        transaction?.content.records.count { $0.key?.isEmpty == true } ?? 0
    }

    // MARK: One at a time

    @Test func oneTransactionAtATimeWhileTheNextBatchGathers() {
        var loop = CommitLoop()
        var chance = Chance(seed: 1)
        let assignment = Assignment.sample()
        #expect(due(loop, at: now) == .nothing)
        write(1, of: assignment, to: &loop)
        #expect(due(loop, at: now) == .now)
        let first = begin(&loop, at: now)
        write(2, of: assignment, to: &loop)
        #expect(due(loop, at: now + .seconds(60)) == .nothing, "one is under way")
        #expect(loop.hasGathered == true)
        let ended = end(&loop, first, .committed, at: now, &chance)
        guard case .committed(let transaction, failures: 0) = ended else {
            Issue.record("\(String(describing: ended))")
            return
        }
        #expect(transaction.number == first?.number && transaction.leaseStart == now)
        let second = begin(&loop, at: now)
        #expect(keys(first) == [1, nil] && keys(second) == [2])
        #expect(first?.number != second?.number)
    }

    @Test func aLateAnswerOfAnotherNumberChangesNothing() {
        var loop = CommitLoop()
        var chance = Chance(seed: 1)
        let assignment = Assignment.sample()
        write(1, of: assignment, to: &loop)
        let transaction = begin(&loop, at: now)
        for number in [UInt64(0), (transaction?.number ?? 0) + 1] {
            let report = CommitReport(result: .aborted(error), producer: 0, renewal: nil)
            let ended = loop.ended(number, report, at: now, using: &chance)
            #expect(ended == nil)
        }
        #expect(loop.underWay?.number == transaction?.number)
        #expect(loop.isStuck == false)
        #expect(assignment.pendingOperations == 1)
        _ = end(&loop, transaction, .committed, at: now, &chance)
        let again = end(&loop, transaction, .aborted(error), at: now, &chance)
        #expect(again == nil, "its answer has come")
        #expect(loop.isEmpty == true)
    }

    // MARK: The next one beside it

    /// `count` operations with one record each, keys from `first` on.
    private func fill(_ loop: inout CommitLoop, _ assignment: Assignment, from first: UInt8, count: Int = PacingRule.worthwhile) {
        for index in 0..<count {
            let number = first + UInt8(index)
            write(number, of: assignment, to: &loop, advance: Int64(number))
        }
    }

    @Test func theNextBeginsWhenTheRecordsOfTheOneBeforeStandInTheirLogs() {
        var loop = CommitLoop()
        var chance = Chance(seed: 1)
        let assignment = Assignment.sample()
        fill(&loop, assignment, from: 1, count: 1)
        let first = begin(&loop, at: now)
        fill(&loop, assignment, from: 10)
        #expect(due(loop, at: now + .seconds(1)) == .nothing, "its records are on their way")
        loop.flushed(first?.number ?? 0)
        #expect(due(loop, at: now + .seconds(1)) == .now)
        let second = begin(&loop, at: now + .seconds(1))
        #expect(first?.behind == nil && second?.behind == first?.number)
        fill(&loop, assignment, from: 100)
        loop.flushed(second?.number ?? 0)
        #expect(due(loop, at: now + .seconds(2)) == .nothing, "two at most")
        #expect(loop.underWay?.number == first?.number)
        _ = end(&loop, first, .committed, at: now, &chance)
        #expect(due(loop, at: now + .seconds(2)) == .now, "the records of the second stand in their logs")
        #expect(begin(&loop, at: now + .seconds(2))?.behind == second?.number)
    }

    @Test func aHandfulWaitsForTheEndOfTheOneBefore() {
        var loop = CommitLoop()
        let assignment = Assignment.sample()
        fill(&loop, assignment, from: 1, count: 1)
        loop.flushed(begin(&loop, at: now)?.number ?? 0)
        fill(&loop, assignment, from: 10, count: PacingRule.worthwhile - 1)
        #expect(due(loop, at: now + .seconds(1)) == .nothing)
        loop.append(assignment, at: now, isUrgent: true) { $0.record(.ledger, key: [9]) { $0.append(9) } }
        #expect(due(loop, at: now + .seconds(1)) == .now, "a one-time code does not wait")
    }

    /// Nothing goes ahead of what failed; the offset of what was to follow is not carried by what is tried again.
    @Test func whatFollowsAFailureGoesAgainBehindIt() {
        var loop = CommitLoop()
        var chance = Chance(seed: 1)
        let assignment = Assignment.sample()
        fill(&loop, assignment, from: 1, count: 3)
        let first = begin(&loop, at: now)
        loop.flushed(first?.number ?? 0)
        fill(&loop, assignment, from: 10)
        let second = begin(&loop, at: now + .seconds(1))
        #expect(second?.content.owners.map(\.offset) == [41])
        guard case .aborted(_, failures: 1, _) = end(&loop, first, .aborted(error), at: now, &chance) else {
            Issue.record("not aborted")
            return
        }
        #expect(due(loop, at: now + .seconds(60)) == .nothing, "the second has not ended")
        guard case .withdrawn = end(&loop, second, .withdrawn, at: now, &chance) else {
            Issue.record("not withdrawn")
            return
        }
        #expect(loop.failures == 1)
        let again = begin(&loop, at: now + .seconds(60))
        #expect(keys(again).compactMap { $0 } == [1, 2, 3] && again?.behind == nil)
        #expect(again?.content.owners.map(\.offset) == [3])
        loop.flushed(again?.number ?? 0)
        #expect(due(loop, at: now + .seconds(120)) == .nothing, "after a failure each goes by itself")
        _ = end(&loop, again, .committed, at: now + .seconds(60), &chance)
        #expect(keys(begin(&loop, at: now + .seconds(120))).first == 10)
    }

    @Test func theSecondMayFailAlone() {
        var loop = CommitLoop()
        var chance = Chance(seed: 1)
        let assignment = Assignment.sample()
        fill(&loop, assignment, from: 1, count: 3)
        let first = begin(&loop, at: now)
        loop.flushed(first?.number ?? 0)
        fill(&loop, assignment, from: 10)
        let second = begin(&loop, at: now + .seconds(1))
        _ = end(&loop, second, .aborted(error), at: now, &chance)
        #expect(loop.underWay?.number == first?.number)
        #expect(assignment.coveredOffset == 3, "as the first has it")
        guard case .committed(_, failures: 0) = end(&loop, first, .committed, at: now, &chance) else {
            Issue.record("not committed")
            return
        }
        #expect(loop.isStuck == true && loop.failures == 1, "what failed has not got through")
        let again = begin(&loop, at: now + .seconds(60))
        #expect(keys(again).first == 10)
        guard case .committed(_, failures: 1) = end(&loop, again, .committed, at: now + .seconds(60), &chance) else {
            Issue.record("not committed")
            return
        }
        #expect(loop.isStuck == false)
    }

    // MARK: Aborted

    @Test func anAbortedBatchGoesFirstAgainAsItIsAfterAPause() {
        var loop = CommitLoop()
        var chance = Chance(seed: 1)
        let assignment = Assignment.sample()
        for key in UInt8(1)...3 { write(key, of: assignment, to: &loop, advance: Int64(key)) }
        var transaction = begin(&loop, at: now)
        write(9, of: assignment, to: &loop, advance: 9)
        var (time, ceiling) = (now, Duration.milliseconds(100))
        for failures in 1...12 {
            let ended = end(&loop, transaction, .aborted(error), at: time, &chance)
            guard case .aborted(error, failures, let again) = ended else {
                Issue.record("\(String(describing: ended))")
                return
            }
            #expect(again >= time && again - time <= ceiling, "after \(failures) failures")
            #expect(loop.isStuck == true)
            if again > time { #expect(due(loop, at: time) == .at(again)) }
            #expect(due(loop, carriesOffsets: true, at: again) == .now)
            time = again
            ceiling = min(ceiling * 2, .seconds(5))
            transaction = begin(&loop, at: time)
            #expect(keys(transaction).compactMap { $0 } == [1, 2, 3], "what came meanwhile goes with the next one")
            #expect(transaction?.content.owners.map(\.offset) == [3])
        }
        let ended = end(&loop, transaction, .committed, at: time, &chance)
        guard case .committed(_, failures: 12) = ended else {
            Issue.record("\(String(describing: ended))")
            return
        }
        #expect(loop.isStuck == false)
        #expect(keys(begin(&loop, at: time)).first == 9)
    }

    @Test func producersAreMadeAnewAfterEachFiveInARow() {
        #expect((0...20).filter { CommitLoop.needsProducers(after: $0) } == [5, 10, 15, 20])
    }

    @Test func nothingIsStuckWhenThePartitionsOfWhatWasKeptAreGivenBack() {
        var loop = CommitLoop()
        var chance = Chance(seed: 1)
        let assignment = Assignment.sample()
        for key in UInt8(1)...3 { write(key, of: assignment, to: &loop) }
        let transaction = begin(&loop, at: now)
        _ = end(&loop, transaction, .aborted(error), at: now, &chance)
        assignment.end()
        #expect(loop.isStuck == true)
        let next = begin(&loop, at: now + .seconds(1))
        #expect(next == nil)
        #expect(loop.isStuck == false)
        #expect(loop.isEmpty == true)
        #expect(assignment.pendingOperations == 0)
    }

    /// A second look at what was aborted must not wait for company that may never come.
    @Test func offsetsThatWereAbortedWaitForNoCompany() {
        var loop = CommitLoop()
        var chance = Chance(seed: 1)
        loop.append(.sample(), at: now, advance: 5) { _ in }
        let transaction = begin(&loop, at: now)
        let ended = end(&loop, transaction, .aborted(error), at: now, &chance)
        guard case .aborted(_, _, let again) = ended else { return }
        #expect(due(loop, at: again) == .now)
    }

    // MARK: Membership

    @Test func aRefusedMembershipWaitsAndThenBeginsAnew() {
        var loop = CommitLoop()
        var chance = Chance(seed: 1)
        write(1, of: .sample(), to: &loop)
        let transaction = begin(&loop, at: now)
        let ended = end(&loop, transaction, .membership(error), at: now, &chance)
        guard case .membershipRefused(error, let again) = ended else {
            Issue.record("\(String(describing: ended))")
            return
        }
        #expect(again == now + .milliseconds(250))
        let session = Duration.seconds(15)
        for seconds in [0, 1, 15] {
            let time = now + .seconds(seconds)
            #expect(loop.standing(membership, session: session, at: time) == .waits(until: time + .milliseconds(250)))
            let others = [Membership(generation: 2, memberID: "m"), Membership(generation: 1, memberID: "n")]
            for other in others { #expect(loop.standing(other, session: session, at: time) == .good) }
        }
        #expect(loop.standing(membership, session: session, at: now + .milliseconds(15_001)) == .startOver)
        #expect(loop.isStuck == false, "nothing speaks against what is kept")
        loop.rebalanced()
        #expect(loop.standing(membership, session: session, at: now + .seconds(60)) == .good, "a rebalance has come")
        #expect(keys(begin(&loop, at: now)).first == 1)
    }

    @Test func whoIsNoMemberWaits() {
        let loop = CommitLoop()
        for membership in [nil, Membership(generation: -1, memberID: "m"), Membership(generation: 1, memberID: "")] {
            #expect(loop.standing(membership, session: .seconds(15), at: now) == .waits(until: now + .milliseconds(100)))
        }
        #expect(loop.standing(membership, session: .seconds(15), at: now) == .good)
    }

    /// The broker refuses all of a transaction, and then says only that it knows of none.
    @Test func whatATransactionWasAbortedForIsSaidWhateverBecameOfTheAbort() {
        let refused = BrokerError(.abortable, name: "TOPIC_AUTHORIZATION_FAILED")
        for result in [CommitResult.fenced(error), .fateOpen(error)] {
            var loop = CommitLoop()
            var chance = Chance(seed: 1)
            write(1, of: .sample(), to: &loop)
            let number = begin(&loop, at: now)?.number ?? 0
            let report = CommitReport(result: result, producer: 0, renewal: nil, cause: refused)
            guard case .startOver(let reason, _) = loop.ended(number, report, at: now, using: &chance) else {
                Issue.record("\(result)")
                continue
            }
            #expect(reason.contains(error.description) && reason.contains(refused.description))
        }
    }

    @Test func anOpenFateBeginsAnewAndSaysWhoMayHaveDoneIt() {
        for (result, expected) in [
            (CommitResult.fenced(error), FencingHistory.Cause.producer(1)), (.fateOpen(error), .transactionState),
        ] {
            var loop = CommitLoop()
            var chance = Chance(seed: 1)
            let assignment = Assignment.sample()
            write(1, of: assignment, to: &loop)
            let transaction = begin(&loop, at: now)
            guard case .startOver(_, let cause) = end(&loop, transaction, result, at: now, &chance) else {
                Issue.record("\(result)")
                continue
            }
            #expect(cause == expected)
            let dropped = loop.dropAll(at: now)
            #expect(dropped.count == 1, "for its facts")
            #expect(assignment.pendingOperations == 0)
        }
        var loop = CommitLoop()
        var chance = Chance(seed: 1)
        write(1, of: .sample(), to: &loop)
        let transaction = begin(&loop, at: now)
        guard case .rival(error) = end(&loop, transaction, .rival(error), at: now, &chance) else {
            Issue.record("a rival")
            return
        }
    }

    // MARK: Offsets

    @Test func offsetsAloneWaitASecondForCompanyButNotInARevoke() {
        var loop = CommitLoop()
        loop.append(.sample(), at: now, advance: 5) { _ in }
        #expect(due(loop, at: now) == .at(now + .seconds(1)))
        #expect(due(loop, at: now + .milliseconds(999)) == .at(now + .seconds(1)))
        #expect(due(loop, carriesOffsets: true, at: now) == .now)
        #expect(due(loop, at: now + .seconds(1)) == .now)
        write(1, of: .sample(), to: &loop)
        #expect(due(loop, at: now) == .now, "company has come")
    }

    /// That is what fences.
    @Test func everyTransactionCarriesHowFarItsPartitionsAreRead() {
        var loop = CommitLoop()
        var chance = Chance(seed: 1)
        let assignment = Assignment.sample()
        assignment.coveredOffset = 40
        write(1, of: assignment, to: &loop)
        var transaction = begin(&loop, at: now)
        #expect(transaction?.content.owners.map(\.offset) == [40])
        _ = end(&loop, transaction, .committed, at: now, &chance)
        write(2, of: assignment, to: &loop, advance: 45)
        transaction = begin(&loop, at: now)
        _ = end(&loop, transaction, .committed, at: now, &chance)
        write(3, of: assignment, to: &loop)
        #expect(begin(&loop, at: now)?.content.owners.map(\.offset) == [45])
    }

    @Test func whatHasEndedIsDroppedAndItsSiblingsAreNot() {
        var loop = CommitLoop()
        let (ended, living) = (Assignment.sample(0), Assignment.sample(1))
        ended.coveredOffset = 3
        write(1, of: ended, to: &loop, advance: 9)
        write(2, of: living, to: &loop, advance: 9)
        ended.end()
        #expect(begin(&loop, at: now)?.alive == [false, true])
        #expect(ended.coveredOffset == 3 && living.coveredOffset == 9)
    }

    // MARK: The record under the empty key

    @Test func howFarAPartitionIsReadIsRecordedFirstAndOnceAMinute() {
        var loop = CommitLoop()
        var chance = Chance(seed: 1)
        let (first, second) = (Assignment.sample(0), Assignment.sample(1))
        var seconds: [Int] = []
        for second in 0..<200 {
            write(1, of: first, to: &loop)
            let transaction = begin(&loop, at: now + .seconds(second))
            if recorded(transaction) == 1 { seconds.append(second) }
            _ = end(&loop, transaction, .committed, at: now + .seconds(second), &chance)
        }
        #expect(seconds == [0, 61, 122, 183])
        for key in UInt8(1)...9 { write(key, of: second, to: &loop) }
        #expect(recorded(begin(&loop, at: now + .seconds(200))) == 1, "the other one's first, and once in a transaction")
    }

    /// The tombstone may take the last trace; the entry would stand behind the record that covers it.
    @Test func aTombstoneAndAnEntryBehindTheOffsetBringItAlong() {
        var loop = CommitLoop()
        var chance = Chance(seed: 1)
        let assignment = Assignment.sample()
        write(1, of: assignment, to: &loop, advance: 20)
        var transaction = begin(&loop, at: now)
        _ = end(&loop, transaction, .committed, at: now, &chance)
        write(2, of: assignment, to: &loop, entry: 19)
        transaction = begin(&loop, at: now)
        #expect(recorded(transaction) == 0)
        _ = end(&loop, transaction, .committed, at: now, &chance)
        write(3, of: assignment, to: &loop, entry: 20)
        transaction = begin(&loop, at: now)
        #expect(recorded(transaction) == 1)
        _ = end(&loop, transaction, .committed, at: now, &chance)
        loop.append(assignment, at: now) { $0.tombstone(key: [1]) }
        #expect(recorded(begin(&loop, at: now)) == 1)
    }

    /// "The first transaction of every assignment writes a record under the empty key": a restore keeps a partition closed that has a
    /// committed offset and an empty ledger.
    @Test(arguments: [false, true]) func aFirstTransactionThatIsTriedAgainRecordsItToo(isMembership: Bool) {
        var loop = CommitLoop()
        var chance = Chance(seed: 1)
        loop.append(.sample(), at: now, advance: 5) { $0.record(.deadLetter, key: nil, value: nil) }
        let transaction = begin(&loop, at: now)
        #expect(recorded(transaction) == 1)
        _ = end(&loop, transaction, isMembership ? .membership(error) : .aborted(error), at: now, &chance)
        let again = begin(&loop, at: now + .seconds(1))
        #expect(recorded(again) == 1)
    }

    // MARK: What is let go

    @Test func droppingAllGivesEveryPendingOperationBack() {
        let failure = RandomSchedules.firstFailure(of: 300) { random -> String? in
            var loop = CommitLoop()
            var chance = Chance(seed: random.next())
            let assignments = (0..<3).map { Assignment.sample(Int32($0)) }
            var appended = 0
            for _ in 0..<random.below(40) {
                switch random.below(6) {
                case 0: if case .now = due(loop, at: now) { loop.flushed(begin(&loop, at: now)?.number ?? 0) }
                case 1:
                    let number = loop.underWay?.number ?? 0
                    let report = CommitReport(result: random.oneIn(2) ? .aborted(error) : .committed, producer: 0, renewal: nil)
                    _ = loop.ended(number, report, at: now, using: &chance)
                default:
                    appended += 1
                    write(1, of: assignments[random.below(3)], to: &loop)
                }
            }
            let pending = assignments.reduce(0) { $0 + $1.pendingOperations }
            var counted = 0
            loop.visitBatches { batch in counted += batch.operationCounts.reduce(0, +) }
            if counted != pending { return "\(pending) are pending, \(counted) are there" }
            let underWay = loop.underWay?.batch.content.records.count
            let batches = loop.dropAll(at: now)
            if let underWay, batches.first?.content.records.count != underWay { return "the one under way comes first" }
            if assignments.contains(where: { $0.pendingOperations != 0 }) { return "operations are pending that nobody has" }
            return loop.isEmpty && !loop.isStuck ? nil : "something is left"
        }
        #expect(failure == nil)
    }

    /// Whatever is aborted and tried again: each operation is committed once, in its order, and no offset runs ahead or falls back.
    @Test func everyOperationIsCommittedOnceAndInOrder() {
        let failure = RandomSchedules.firstFailure(of: 500) { random -> String? in
            var loop = CommitLoop()
            var chance = Chance(seed: random.next())
            let assignment = Assignment.sample()
            var (next, committed, offset, time) = (0, 0, Int64(0), now)
            for _ in 0..<120 {
                time = time + .milliseconds(random.below(2_000))
                switch random.below(3) {
                case 0:
                    next += 1
                    write(UInt8(next), of: assignment, to: &loop, advance: Int64(next))
                default:
                    guard loop.underWay == nil, due(loop, at: time) == .now, let transaction = begin(&loop, at: time) else { continue }
                    if random.oneIn(3) {
                        _ = end(&loop, transaction, random.oneIn(2) ? .aborted(error) : .membership(error), at: time, &chance)
                        continue
                    }
                    for key in keys(transaction).compactMap({ $0 }) {
                        committed += 1
                        if Int(key) != committed { return "operation \(key) where \(committed) should come" }
                    }
                    let carried = transaction.content.owners[0].offset
                    if carried < offset || carried > committed { return "offset \(carried) with \(committed) committed" }
                    offset = carried
                    _ = end(&loop, transaction, .committed, at: time, &chance)
                }
                if assignment.pendingOperations != next - committed { return "\(assignment.pendingOperations) are pending" }
            }
            return nil
        }
        #expect(failure == nil)
    }

    /// The same with two under way: what is committed is committed in order, whichever of them fails.
    @Test func ofTwoUnderWayEveryOperationIsCommittedOnceAndInOrder() {
        let failure = RandomSchedules.firstFailure(of: 2_000) { random -> String? in
            var loop = CommitLoop(recordLimit: 1 + random.below(6), overlapFrom: 1)
            var chance = Chance(seed: random.next())
            let assignment = Assignment.sample()
            var (next, committed, offset, time, overlaps) = (0, 0, Int64(0), now, 0)
            var underWay: [CommitLoop.Transaction] = []
            for _ in 0..<160 {
                time = time + .milliseconds(random.below(500))
                switch random.below(4) {
                case 0:
                    next += 1
                    write(UInt8(next), of: assignment, to: &loop, advance: Int64(next))
                case 1:
                    if let last = underWay.last { loop.flushed(last.number) }
                case 2:
                    guard due(loop, at: time) == .now, let transaction = begin(&loop, at: time) else { continue }
                    if transaction.behind != underWay.last?.number { return "it is behind another one" }
                    underWay.append(transaction)
                    if underWay.count > 1 { overlaps += 1 }
                default:
                    guard let first = underWay.first else { continue }
                    if random.oneIn(3) {
                        // The second alone, or the first, and the second behind it.
                        let failed = underWay.count > 1 && random.oneIn(2) ? underWay.removeLast() : underWay.removeFirst()
                        _ = end(&loop, failed, random.oneIn(2) ? .aborted(error) : .membership(error), at: time, &chance)
                        if failed.number == first.number, let second = underWay.popLast() {
                            _ = end(&loop, second, .withdrawn, at: time, &chance)
                        }
                        continue
                    }
                    for key in keys(first).compactMap({ $0 }) {
                        committed += 1
                        if Int(key) != committed { return "operation \(key) where \(committed) should come" }
                    }
                    let carried = first.content.owners[0].offset
                    if carried < offset || carried > committed { return "offset \(carried) with \(committed) committed" }
                    offset = carried
                    underWay.removeFirst()
                    _ = end(&loop, first, .committed, at: time, &chance)
                }
                if assignment.pendingOperations != next - committed { return "\(assignment.pendingOperations) are pending" }
            }
            return nil
        }
        #expect(failure == nil)
    }
}
