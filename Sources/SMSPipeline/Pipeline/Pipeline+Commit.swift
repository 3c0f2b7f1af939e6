internal import Requests
internal import Time

/// One transaction at a time; while one commits, the next batch gathers.
extension Pipeline {
    /// An offset alone may wait this long for company.
    static let offsetDelay = Duration.seconds(1)
    /// The recorded offset is written at least once a minute while work goes on.
    static let recordInterval = Duration.seconds(60)

    func commitIfDue() {
        guard commitUnderWay == nil, let session, !commits.isEmpty else { return }
        let now = now
        guard now >= commitNotBefore else { return wake(at: commitNotBefore) }
        if !commits.hasRecords, pendingRevoke == nil, !isCommitStuck, let since = commits.offsetsSince, now < since + Self.offsetDelay {
            return wake(at: since + Self.offsetDelay)
        }
        let isUrgent = commits.isUrgent || pendingRevoke != nil || isDraining
        // Only intents that may not run ahead starve slots; the others are there before a slot is free.
        let slotsStarve = intentStock.starves(freeSlots: freeSlots, stocked: queue.count(.stock), startable: queue.queuedStrictIntents)
        let due = pace.beginning(queued: commits.recordCount, priorityWaits: isUrgent, slotsStarve: slotsStarve, at: now)
        guard due <= now else { return wake(at: due) }
        begin(session)
    }

    private func begin(_ session: any LedgerSession) {
        // 1. The metadata; 2. what has ended is dropped; 3. begin, produce, flush, offsets, commit. Never another order.
        let leaseStart = now
        guard let membership = session.membership(), membership.generation >= 0, !membership.memberID.isEmpty else {
            // Not a member (yet, or any more): an unjoined handle switches fencing off.
            return wake(at: leaseStart + .milliseconds(100))
        }
        guard isMember(membership) else { return }
        guard membership != refusedGeneration else {
            if leaseStart > refusedSince + timings.session {
                recover("the group refuses this member, and nothing has changed for a session timeout")
            } else {
                wake(at: leaseStart + .milliseconds(250))
            }
            return
        }
        let (first, dropped) = commits.takeFirst()
        for batch in dropped { forget(batch) }
        guard var batch = first else { return }
        // Into a copy: a batch that is tried again must not grow.
        var content = batch.content
        for index in batch.owners.indices where batch.owners[index].isAlive {
            let assignment = batch.owners[index]
            let offset = max(assignment.coveredOffset, batch.content.owners[index].offset)
            batch.content.owners[index].offset = offset
            content.owners[index].offset = offset
            assignment.coveredOffset = offset
            let isDue = assignment.recordedAt.map { leaseStart - $0 > Self.recordInterval } ?? true
            // An operator may have set the offset lower than old entries are (`offsets repair`): one of them that is written again must not
            // stand behind the record that covers it.
            if isDue || batch.hasTombstone || batch.content.owners[index].highestEntry >= offset {
                assignment.recordedAt = leaseStart
                content.append(LedgerCodec.Recorded(group: settings.group, offset: offset), owner: Int32(index))
            }
        }
        commitNumber += 1
        intentStock.transactionBegan()
        pace.began(operations: batch.content.records.count, at: leaseStart)
        let number = commitNumber
        commitUnderWay = CommitUnderWay(batch: batch, leaseStart: leaseStart, membership: membership, number: number)
        let alive = batch.owners.map(\.isAlive)
        let destinations = TransactionTopics(status: settings.statusTopic, deadLetter: settings.deadLetterTopic)
        session.commit(content, alive: alive, topics: destinations, number: number)
    }

    /// Each tick. A blocking call may overrun its timeout: then the thread and its handles are left behind.
    func watchCommit() {
        guard let session else { return }
        learnFencings(from: session)
        guard overdueCommit.hangs(isOverdue: session.isCommitOverdue(at: now)) else { return }
        recover("the committer did not return within three times its timeout", fencing: .silence, isStuck: true)
    }

    func commitEnded(_ number: UInt64, _ report: CommitReport) {
        if let renewal = report.renewal { tell(.producerRenewed(in: renewal)) }
        guard let underWay = commitUnderWay, underWay.number == number else { return }
        commitUnderWay = nil
        let duration = now - underWay.leaseStart
        pace.ended(at: now)
        // Before a fencing is judged. The broker itself ends a transaction that was open past its timeout, which looks like a rival's doing.
        if let session { learnFencings(from: session) }
        if duration > timings.transaction { fencings.brokerTrouble(at: now) }
        switch report.result {
        case .committed:
            tell(.committed(records: underWay.batch.content.records.count, in: duration, after: failedCommits))
            failedCommits = 0
            rebuildAttempts = 0
            brokersGoneSince = nil
            refusedGeneration = nil
            giveBackOperations(of: underWay.batch)
            for (_, completion) in underWay.batch.completions {
                if case .intent(let request, let mark) = completion {
                    intentCommitted(request, mark: mark, leaseStart: underWay.leaseStart)
                }
            }
            if mustSweepOn { sweepClosedIDs() }
        case .aborted(let error):
            failedCommits += 1
            tell(.aborted(error, failures: failedCommits))
            tryAgain(underWay.batch)
            if failedCommits % 5 == 0 {
                tell(.producersRebuilt)
                rebuildProducers()
            }
        case .membership(let error):
            refusedGeneration = underWay.membership
            refusedSince = now
            tell(.membershipRefused(error))
            commits.putBack(underWay.batch)
            wake(at: now + .milliseconds(250))
        case .fenced(let error):
            // Its fate is open: nothing of the ledger in memory survives, the restore decides.
            commits.putBack(underWay.batch)
            recover("a transaction was fenced: \(error.description)", fencing: .producer(report.producer))
        case .fateOpen(let error):
            commits.putBack(underWay.batch)
            recover("a transaction was ended by something else: \(error.description)", fencing: .transactionState)
        case .rival(let error):
            commits.putBack(underWay.batch)
            instanceFenced(error)
        }
    }

    private func rebuildProducers() {
        session?.rebuildProducers()
    }

    /// The same operations again, in the same order, after a pause: a topic that refuses writes must not make the worker forget.
    private func tryAgain(_ batch: CommitQueue.Batch) {
        commits.putBack(batch)
        let delay = backoffForCommits.delay(failures: failedCommits, using: &random)
        commitNotBefore = now + delay
        wake(at: commitNotBefore)
    }

    /// A batch whose assignments have all ended: its facts were kept when they did, only the counters are left.
    private func forget(_ batch: CommitQueue.Batch) {
        giveBackOperations(of: batch)
    }

    func giveBackOperations(of batch: CommitQueue.Batch) {
        for (index, owner) in batch.owners.enumerated() { owner.pendingOperations -= batch.operationCounts[index] }
    }

    /// Facts about the provider that stood in operations which will not be committed for this assignment.
    func keepFacts(of batch: CommitQueue.Batch, endedBy assignment: Assignment?) {
        for (owner, completion) in batch.completions {
            if let assignment, batch.owners[Int(owner)] !== assignment { continue }
            switch completion {
            case .none: break
            case .intent(_, let mark):
                // No POST begins for an intent before its commit has returned, and its mark is its own: whatever became of the
                // transaction, this attempt has not begun and never will.
                if !facts.contains(mark: mark) { facts.record(.neverBegun, mark: mark, at: now) }
            case .outcome(let outcome, let mark):
                facts.record(outcome == .notBegun ? .neverBegun : .ended(outcome), mark: mark, at: now)
            }
        }
    }
}
