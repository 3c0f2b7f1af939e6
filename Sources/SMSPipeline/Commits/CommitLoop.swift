package import Requests
package import Time

/// One transaction after another; while one commits, the next batch gathers. Where there is enough of it, the next begins as soon as the
/// records of the one before stand in their logs, and ends only when that is committed: what comes later is never seen first, or alone.
package struct CommitLoop: ~Copyable {
    package enum Stage: Equatable {
        case idle
        /// An aborted transaction is tried again then.
        case backingOff(until: MonotonicInstant)
        /// The group has refused this membership: no transaction until it has another, or a rebalance event has come.
        case refused(Membership, since: MonotonicInstant)
    }

    /// What may hurry a transaction.
    package struct Hunger {
        /// A one-time code, a revoke or the end waits for it.
        package var isUrgent = false
        /// A revoke waits for it, or a failure is to be got over: then offsets alone are a reason too.
        package var mayCarryOffsetsAlone = false
        package var slotsStarve = false

        package init() {}
    }

    package enum Due: Equatable {
        case nothing
        case at(MonotonicInstant)
        case now
    }

    /// What a membership means to a transaction that would begin.
    package enum Standing: Equatable {
        case good
        /// Not a member (yet, or any more), or refused a moment ago: another look then.
        case waits(until: MonotonicInstant)
        /// The group refuses this member, and nothing has changed for a session timeout.
        case startOver
    }

    /// A transaction to perform.
    package struct Transaction {
        package let number: UInt64
        package let content: TransactionContent
        package let alive: [Bool]
        /// The one that is still under way: it ends only when that is committed.
        package let behind: UInt64?
    }

    /// What became of the transaction under way.
    package enum Ended {
        /// - Parameter failures: aborted ones before it, in a row.
        case committed(CommitUnderWay, failures: Int)
        /// It is tried again as it is, after a pause.
        case aborted(BrokerError, failures: Int, again: MonotonicInstant)
        case membershipRefused(BrokerError, again: MonotonicInstant)
        /// Its fate is open: nothing of the ledger in memory survives, the restore decides.
        case startOver(reason: String, FencingHistory.Cause)
        /// The group knows another member by this instance's name.
        case rival(BrokerError)
        /// It goes again behind the one before it, which was not committed.
        case withdrawn
    }

    /// An offset alone may wait this long for company.
    private static let offsetDelay = Duration.seconds(1)
    /// The recorded offset is written at least once a minute while work goes on.
    package static let recordInterval = Duration.seconds(60)
    private let recordInterval: Duration
    private let overlapFrom: Int
    private static let backoff = Backoff(base: .milliseconds(100), maximum: .seconds(5))
    /// After so many aborted in a row the producers are made anew.
    private static let patience = 5

    private var queue: CommitQueue
    /// Of one transaction, while commits are quick.
    private let recordLimit: Int
    private var pace = PacingRule()
    private(set) var number: UInt64 = 0
    private(set) var stage = Stage.idle
    /// Aborted transactions in a row; they outlive the stages.
    private(set) var failures = 0
    /// The last one that was not committed. One that was begun before it, and is committed after it, gets nothing over it.
    private var lastFailed: UInt64 = 0
    /// Oldest first, two at most.
    private var transactions: [CommitUnderWay] = []
    /// The oldest; nil while none is under way.
    package var underWay: CommitUnderWay? { transactions.first }
    package var underWayCount: Int { transactions.count }

    package init(
        recordLimit: Int = CommitQueue.recordLimit, recordInterval: Duration = CommitLoop.recordInterval,
        overlapFrom: Int = PacingRule.worthwhile
    ) {
        self.overlapFrom = overlapFrom
        queue = CommitQueue(recordLimit: recordLimit)
        self.recordLimit = recordLimit
        self.recordInterval = recordInterval
    }

    /// Operations are kept that could not be committed. Where those have all gone (their partitions were given back), nothing is stuck.
    package var isStuck: Bool { failures > 0 && (!queue.isEmpty || !transactions.isEmpty) }
    package var isEmpty: Bool { queue.isEmpty && transactions.isEmpty }
    package var batchCount: Int { queue.batches.count }
    package var hasGathered: Bool { !queue.isEmpty }
    /// So much waits that what can wait outside should: receipts are read below two full transactions.
    package var isFull: Bool { queue.recordCount >= 2 * queue.recordLimit }

    // MARK: Operations

    package mutating func append(
        _ assignment: Assignment, at now: MonotonicInstant, entry: Int64? = nil, advance: Int64? = nil,
        receipts: LedgerCodec.AppliedReceipts? = nil, completion: CommitQueue.Completion = .none, isUrgent: Bool = false,
        _ write: (inout OperationWriter) -> Void
    ) {
        queue.append(
            assignment, at: now, entry: entry, advance: advance, receipts: receipts, completion: completion, isUrgent: isUrgent, write)
    }

    package mutating func append(_ span: TraceSpan) { queue.append(span) }

    // MARK: Beginning

    package func due(_ hunger: @autoclosure () -> Hunger, at now: MonotonicInstant) -> Due {
        guard mayBegin, !queue.isEmpty else { return .nothing }
        if case .backingOff(let until) = stage, now < until { return .at(until) }
        let hunger = hunger()
        if !transactions.isEmpty, !isWorthOverlapping(hunger) { return .nothing }
        if !queue.hasRecords, !hunger.mayCarryOffsetsAlone, !isStuck, let since = queue.offsetsSince, now < since + Self.offsetDelay {
            return .at(since + Self.offsetDelay)
        }
        let due = pace.beginning(
            queued: queue.recordCount, priorityWaits: queue.isUrgent || hunger.isUrgent, slotsStarve: hunger.slotsStarve, at: now)
        return due <= now ? .now : .at(due)
    }

    /// The records of the last one stand in their logs: behind them, others may come. After a failure each goes by itself.
    private var mayBegin: Bool {
        guard let last = transactions.last else { return true }
        return transactions.count == 1 && last.isFlushed && !last.hasFailed && failures == 0 && stage == .idle
    }

    /// The one under way ends in a few milliseconds: a handful of operations waits for more of them.
    private func isWorthOverlapping(_ hunger: Hunger) -> Bool {
        queue.isUrgent || hunger.isUrgent || hunger.slotsStarve || queue.recordCount >= overlapFrom
    }

    /// - Parameter membership: as read now: an unjoined handle switches fencing off.
    package func standing(_ membership: Membership?, session timeout: Duration, at now: MonotonicInstant) -> Standing {
        guard let membership, membership.isJoined else { return .waits(until: now + .milliseconds(100)) }
        guard case .refused(membership, let since) = stage else { return .good }
        return now > since + timeout ? .startOver : .waits(until: now + .milliseconds(250))
    }

    /// The first batch, without what belongs to ended assignments. In this order: 1. the metadata are read, which is done; 2. what has ended
    /// is dropped; 3. begin, produce, flush, offsets, commit. Never another.
    ///
    /// - Parameters:
    ///   - standstills: written down wherever the offset is.
    ///   - now: read before the metadata: leases of its intents count from here.
    package mutating func begin(
        _ membership: Membership, group: String, standstills: [LedgerCodec.Standstill] = [], at now: MonotonicInstant
    ) -> Transaction? {
        let (first, dropped) = queue.takeFirst()
        // Their facts were kept when their assignments ended, only the counters are left.
        for batch in dropped { batch.giveBackOperations() }
        guard var batch = first else { return nil }
        // Into a copy: a batch that is tried again must not grow.
        var content = batch.content
        var recorded: [Assignment] = []
        var covered: [CommitUnderWay.Covered] = []
        for index in batch.owners.indices where batch.owners[index].isAlive {
            let assignment = batch.owners[index]
            covered.append(CommitUnderWay.Covered(assignment))
            let offset = max(assignment.coveredOffset, batch.content.owners[index].offset)
            batch.content.owners[index].offset = offset
            content.owners[index].offset = offset
            assignment.coveredOffset = offset
            let receipts = batch.receipts[index] ?? assignment.coveredReceipts
            // It goes back where an operator's ids are looked for: the next owner must know.
            let goesBack = assignment.coveredReceipts.map { $0.position.next > receipts?.position.next ?? 0 } ?? false
            assignment.coveredReceipts = receipts
            let isDue = assignment.recordedAt.map { now - $0 > recordInterval } ?? true
            // An operator may have set the offset lower than old entries are (`offsets repair`): one of them that is written again must not
            // stand behind the record that covers it.
            if isDue || goesBack || batch.hasTombstone || batch.content.owners[index].highestEntry >= offset {
                assignment.recordedAt = now
                recorded.append(assignment)
                content.append(
                    LedgerCodec.Recorded(
                        group: group, offset: offset, standstills: standstills, receipts: assignment.coveredReceipts),
                    owner: Int32(index))
            }
        }
        number += 1
        pace.began(operations: batch.content.records.count, at: now)
        let behind = transactions.last?.number
        transactions.append(
            CommitUnderWay(
                batch: batch, recorded: recorded, covered: covered, leaseStart: now, membership: membership, number: number))
        return Transaction(number: number, content: content, alive: batch.owners.map(\.isAlive), behind: behind)
    }

    /// The records of this transaction are acknowledged; its end is to come.
    package mutating func flushed(_ number: UInt64) {
        guard let index = transactions.firstIndex(where: { $0.number == number }) else { return }
        transactions[index].isFlushed = true
    }

    package func leaseStart(of number: UInt64) -> MonotonicInstant? { transactions.first { $0.number == number }?.leaseStart }

    // MARK: Ending

    /// - Returns: nil for a transaction that is not under way.
    package mutating func ended(_ number: UInt64, _ report: CommitReport, at now: MonotonicInstant, using chance: inout Chance) -> Ended? {
        guard let index = transactions.firstIndex(where: { $0.number == number && !$0.hasFailed }) else { return nil }
        let ended = transactions[index]
        pace.ended(since: ended.leaseStart, at: now)
        queue.recordLimit = pace.recordLimit(largest: recordLimit)
        if report.result == .committed {
            transactions.remove(at: index)
        } else {
            transactions[index].hasFailed = true
            lastFailed = max(lastFailed, number)
            putBackFailed()
        }
        switch report.result {
        case .committed:
            ended.batch.giveBackOperations()
            guard number > lastFailed else { return .committed(ended, failures: 0) }
            defer { failures = 0 }
            stage = .idle
            return .committed(ended, failures: failures)
        case .aborted(let error):
            // The same operations again, in the same order, after a pause: a topic that refuses writes must not make the worker forget.
            failures += 1
            let again = now + Self.backoff.delay(failures: failures, using: &chance)
            stage = .backingOff(until: again)
            return .aborted(error, failures: failures, again: again)
        case .membership(let error):
            stage = .refused(ended.membership, since: now)
            return .membershipRefused(error, again: now + .milliseconds(250))
        case .fenced(let error):
            return .startOver(reason: "a transaction was fenced: \(error.description)\(Self.cause(of: report))", .producer(report.producer))
        case .fateOpen(let error):
            return .startOver(
                reason: "a transaction was ended by something else: \(error.description)\(Self.cause(of: report))", .transactionState)
        case .rival(let error): return .rival(error)
        case .withdrawn: return .withdrawn
        }
    }

    /// From the last one backwards, so that operations, offsets and positions stand again as they did: what failed waits until the one behind
    /// it has ended too.
    private mutating func putBackFailed() {
        while let last = transactions.last, last.hasFailed {
            transactions.removeLast()
            for covered in last.covered { covered.restore() }
            // It has recorded nothing: the next one does.
            for assignment in last.recorded { assignment.recordedAt = nil }
            queue.putBack(last.batch)
        }
    }

    /// A broker that refuses all of a transaction knows of none that could be aborted: what it said of that alone would hide why.
    private static func cause(of report: CommitReport) -> String {
        report.cause.map { ", when it was aborted for \($0.description)" } ?? ""
    }

    /// Whether the producers should be made anew: so many transactions in a row were aborted.
    package static func needsProducers(after failures: Int) -> Bool { failures > 0 && failures % patience == 0 }

    /// A rebalance event has come: the membership that was refused may be good again.
    package mutating func rebalanced() {
        if case .refused = stage { stage = .idle }
    }

    // MARK: What is let go

    /// Visits what is queued for an assignment that has ended and will not be committed.
    package func visitCompletions(of assignment: Assignment, _ body: (CommitQueue.Completion) -> Void) {
        visitBatches { $0.visitCompletions(of: assignment, body) }
    }

    /// No ledger state in memory survives.
    ///
    /// - Returns: what was to be committed, for its facts; its operations are given back.
    package mutating func dropAll(at now: MonotonicInstant) -> [CommitQueue.Batch] {
        let batches = transactions.map(\.batch) + queue.removeAll()
        transactions = []
        failures = 0
        stage = .idle
        for batch in batches { batch.giveBackOperations() }
        return batches
    }

    /// Visits the batches, those under way first.
    package func visitBatches(_ body: (CommitQueue.Batch) -> Void) {
        for transaction in transactions { body(transaction.batch) }
        for index in queue.batches.indices { body(queue.batches[index]) }
    }
}

/// A transaction that is under way: its batch stays here until its fate is known.
package struct CommitUnderWay {
    /// Up to where an assignment was covered when the transaction began: there again, if it is not committed.
    package struct Covered {
        private let assignment: Assignment
        private let offset: Int64
        private let receipts: LedgerCodec.AppliedReceipts?

        fileprivate init(_ assignment: Assignment) {
            self.assignment = assignment
            offset = assignment.coveredOffset
            receipts = assignment.coveredReceipts
        }

        fileprivate func restore() {
            assignment.coveredOffset = offset
            assignment.coveredReceipts = receipts
        }
    }

    package let batch: CommitQueue.Batch
    /// For which it records how far their partitions were read.
    package let recorded: [Assignment]
    fileprivate let covered: [Covered]
    /// Read before the group metadata: leases of its intents count from here.
    package let leaseStart: MonotonicInstant
    package let membership: Membership
    package let number: UInt64
    package fileprivate(set) var isFlushed = false
    /// It goes back into the queue when the one behind it has ended.
    package fileprivate(set) var hasFailed = false
}
