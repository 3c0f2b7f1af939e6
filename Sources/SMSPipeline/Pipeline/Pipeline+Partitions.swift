internal import Requests
internal import Time

/// Owning partitions: assigned, restored, opened; drained, ended, given back.
extension Pipeline {
    /// Rebalances arrive as events and are answered when the drain is done: nothing blocks in a callback.
    func takeEvents(_ session: any LedgerSession) {
        while let event = session.nextEvent() {
            switch event {
            case .assign(let partitions): assigned(partitions, session)
            case .revoke(let partitions, let isLost): revoked(partitions, isLost: isLost, session)
            case .failed(let error): consumerFailed(error)
            }
            guard life.session === session else { return }
        }
    }

    // MARK: Assigned

    private func assigned(_ keys: [PartitionKey], _ session: any LedgerSession) {
        commits.rebalanced()
        guard isSameMember(session.membership()) else { return }
        do {
            try session.assign(keys)
            partitions.isJoined = true
            life.joined()
        } catch {
            recover("an assignment could not be taken: \(error.description)")
            return
        }
        for key in keys {
            guard let topic = settings.topics.first(where: { $0.name == key.topic }) else { continue }
            own(topic, key.partition, session)
        }
        countPartitions()
        if !keys.isEmpty { tell(.assigned(keys)) }
        ownershipChanged()
    }

    @discardableResult
    private func own(_ topic: RequestTopic, _ partition: Int32, _ session: any LedgerSession) -> Assignment {
        let dedup = Dedup(window: settings.dedupWindow, maxEntries: settings.dedupMaxEntries)
        let (assignment, old) = partitions.assign(topic, partition, dedup: dedup, at: now)
        if let old { end(old) }
        upkeep.damaged.assignedAnew(assignment.key)
        restore(assignment, session)
        return assignment
    }

    func restore(_ assignment: Assignment, _ session: any LedgerSession) {
        assignment.phase = .restoring
        assignment.restoreAgainAt = nil
        session.restore(
            assignment.key, ledger: assignment.topic.ledgerName, for: assignment.id, wantedWhile: assignment.liveness)
    }

    func restored(_ key: PartitionKey, _ id: AssignmentID, _ result: Result<PartitionRestore, RestoreError>) {
        guard life.session != nil, let assignment = partitions.living(key, id), assignment.phase == .restoring
        else {
            return
        }
        assignment.closedBy = nil
        switch result {
        case .failure(let error) where error.isMissingLedger:
            keepClosed(assignment, Self.missingLedger)
            ownershipChanged()
        case .failure(let error) where error.isDamage:
            // It does not go by itself: it is looked at again as seldom as closed partitions are, and readiness says what it is.
            keepClosed(assignment, error.description)
            ownershipChanged()
        case .failure(let error):
            tell(.restoreFailed(key, error))
            if error.isBrokerTrouble { life.brokerTrouble(at: now) }
            let reason = error.isBrokerTrouble ? nil : error.description
            if reason != assignment.restoreFails {
                assignment.restoreFails = reason
                updateHealth()
            }
            assignment.restoreAgainAt = now + .seconds(1)
            wake(at: now + .seconds(1))
        case .success(let restore):
            // One a turn: a full ledger takes a while to be taken in, and leases must not run out over it.
            assignment.restore = restore
            assignment.restoreFails = nil
            wake(at: now)
        }
    }

    /// Takes in one of the ledgers that have been read.
    func openNext() {
        // Over SMPP the tail of receipts is known first: what comes behind it while a partition opens is kept.
        guard door.desk.isReady, let session = life.session, let assignment = partitions.nextRestored else { return }
        guard let restore = assignment.restore.take(), assignment.isAlive, assignment.phase == .restoring else { return wake(at: now) }
        decide(assignment, restore, session)
        wake(at: now)
    }

    private func decide(_ assignment: Assignment, _ restore: PartitionRestore, _ session: any LedgerSession) {
        tell(.restored(records: restore.ledger.recordCount, in: restore.duration))
        let decision = RestoreDecision.decide(
            group: settings.group, committed: restore.committed, low: restore.low, high: restore.high,
            ledger: restore.ledger)
        switch decision {
        case .closed(let reason, let isRepairable):
            keepClosed(assignment, reason)
            assignment.isLedgerEmpty = !restore.ledger.isUsed
            let showsRepair = !assignment.isLedgerEmpty && isRepairable
            assignment.closedBy = showsRepair ? ClosedBy(committed: restore.committed, ledgerEnd: restore.ledgerEnd) : nil
        case .open(let offset):
            if !catchUp(assignment, restore.ledger, at: offset) { open(assignment, restore.ledger, at: offset, session) }
        }
        ownershipChanged()
    }

    private func keepClosed(_ assignment: Assignment, _ reason: String) {
        if partitions.keepClosed(assignment, reason) { tell(.staysClosed(assignment.key, reason: reason)) }
    }

    /// - Parameter receipts: of before, that may be about its parts.
    func open(
        _ assignment: Assignment, _ ledger: RestoredLedger, at offset: Int64, _ session: any LedgerSession, _ receipts: [Receipt] = []
    ) {
        // It may be read after all: a broker that has just come back knows less of its logs for a moment, or an operator has decided.
        guard !assignment.isFetchOver else {
            return recover("\(assignment.key.name) can be read again, by another session only: the broker did not know its offset")
        }
        partitions.reopened(assignment)
        assignment.coveredOffset = offset
        // What an earlier owner left.
        if ledger.recordCount > 0 { assignment.quietSince = now }
        assignment.dedup.restore(ledger)
        gates.polls(stood: ledger.recorded?.standstills ?? [], at: clock)
        for message in ledger.tracked {
            track(message.value, base: message.base, assignment, message.hash, isRestored: true)
        }
        // What may be under way is ahead of everything with its key, also of an earlier request that was held and is to be sent again.
        assignment.coveredReceipts = ledger.recorded?.receipts
        let kept = registerParts(of: ledger, assignment)
        for entry in ledger.active where entry.state == .sending { reopen(entry, assignment, receipts) }
        for entry in ledger.active where entry.state != .sending { reopen(entry, assignment, receipts) }
        apply(receipts, to: assignment.key)
        applyKept(kept)
        caughtUp(assignment)
        assignment.position = ReadPosition(
            at: offset, openedAt: now, doubt: session.knowsEnd(of: assignment.key) ? .zero : ReadPosition.longDoubt
        )
        do {
            // In this order: the first record after 1–5 ms; the other way round after a second.
            try session.resume(assignment.key)
            try session.seek(assignment.key, to: offset)
        } catch {
            recover("a restored partition could not be read: \(error.description)")
            return
        }
        tell(.opened(assignment.key, offset: offset, open: assignment.live.count, closed: assignment.dedup.count))
    }

    /// An open entry of a restored ledger, not yet accepted.
    private func reopen(_ entry: LedgerEntry, _ assignment: Assignment, _ receipts: [Receipt]) {
        let request = makeRequest(entry, assignment: assignment)
        assignment.live[request.hash] = .active(request)
        request.pausesCountedUntil = now
        request.since = now
        switch entry.state {
        case .waiting:
            _ = queue.join(request)
            wait(request)
        case .held: queue.restoredHeld(request)
        case .sending:
            _ = queue.join(request)
            queue.begun(request)
            switch attempts.takeFact(mark: entry.mark) {
            case .neverBegun: settle(request, .notBegun, mark: entry.mark)
            case .ended(.parts(let outcomes)): settle(request, .parts(accepted(outcomes, of: request, receipts)), mark: entry.mark)
            case .ended(let outcome): settle(request, outcome, mark: entry.mark)
            case .running(let attempt): goesOn(attempt, for: request, receipts)
            case nil: settle(request, .unknown(reason: "the worker stopped while the attempt was under way"), mark: entry.mark)
            }
        case .tracking, .closed: break
        }
        if request.entry.submission != nil { takeLate(request, receipts) }
    }

    /// Retention has passed the reader by: what this assignment knows is given up, and the restore of another one of the same partition
    /// decides, and says so. The other partitions go on.
    func renew(_ assignment: Assignment, _ session: any LedgerSession, _ error: BrokerError) {
        tell(.offsetLost(assignment.key, error))
        own(assignment.topic, assignment.partition, session).isFetchOver = true
        ownershipChanged()
    }

    // MARK: Revoked

    private func revoked(_ keys: [PartitionKey], isLost: Bool, _ session: any LedgerSession) {
        commits.rebalanced()
        if !keys.isEmpty { tell(.revoked(keys, isLost: isLost)) }
        let deadline = isLost ? now : now + settings.send.drainLimit
        let revoked = partitions.revoked(keys, deadline: deadline)
        if isLost {
            // Out of the group: not ready until an assignment comes again, be it an empty one.
            partitions.isJoined = false
            for assignment in revoked { end(assignment) }
        } else {
            for assignment in revoked { giveBack(assignment) }
            wake(at: deadline)
        }
        answerRevokeIfDrained()
    }

    /// Nothing begins any more; intents go back; what runs may finish.
    func giveBack(_ assignment: Assignment) {
        let wasOpen = assignment.phase == .open
        assignment.phase = .draining
        guard wasOpen else { return }
        if !gates.account.mayPoll { record(assignment) }
        for request in assignment.activeInOrder {
            switch request.place {
            case .stock, .intentQueued: withdraw(request)
            case .behindKey, .timer, .runnable: savePause(request)
            case .running, .held, .gone: break
            }
        }
    }

    func answerRevokeIfDrained() {
        guard let session = life.session else { return }
        switch partitions.revokeStep(patience: patience, at: now) {
        case .nothing: break
        case .waits(let until): wake(at: until)
        case .answer(let revoke):
            for assignment in revoke.assignments { end(assignment) }
            do {
                try session.unassign(revoke.partitions)
            } catch {
                recover("a revoke could not be answered: \(error.description)")
                return
            }
            ownershipChanged()
        }
    }

    /// What is late for it from here on is dropped; what is known of the provider stays.
    func end(_ assignment: Assignment) {
        guard assignment.isAlive else { return }
        assignment.end()
        commits.visitCompletions(of: assignment) { attempts.keep($0, at: now) }
        var requests: [PendingRequest] = []
        for open in assignment.live.values {
            switch open {
            case .tracked(let handle): tracker.remove(handle)
            case .active(let request): requests.append(request)
            }
        }
        attempts.end(assignment, stocked: requests.filter { $0.place == .stock }, at: now)
        queue.end(assignment, requests)
        assignment.live = [:]
        if door.desk.isOn { door.desk.removeAll(of: assignment.key) }
        caughtUp(assignment)
        partitions.remove(assignment)
    }

    /// Partitions came or went: the share of the fleet's limit, and what `/readyz` says.
    func ownershipChanged() {
        takeShare()
        updateHealth()
    }

    /// Restores that failed for the brokers' sake, again.
    func restoreAgain() {
        guard let session = life.session else { return }
        for assignment in partitions.inOrder {
            guard let at = assignment.restoreAgainAt, assignment.phase == .restoring else { continue }
            if at <= now { restore(assignment, session) } else { wake(at: at) }
        }
    }
}
