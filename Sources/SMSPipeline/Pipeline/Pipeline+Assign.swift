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
            guard self.session === session else { return }
        }
    }

    // MARK: Assigned

    private func assigned(_ partitions: [PartitionKey], _ session: any LedgerSession) {
        refusedGeneration = nil
        guard isMember(session.membership()) else { return }
        do {
            try session.assign(partitions)
            isJoined = true
            brokersGoneSince = nil
        } catch {
            recover("an assignment could not be taken: \(error.description)")
            return
        }
        for partition in partitions {
            guard let topic = topics.first(where: { $0.name == partition.topic }) else { continue }
            let assignment = makeAssignment(topic, partition.partition)
            if let old = assignments.updateValue(assignment, forKey: partition) { end(old) }
            restore(assignment, session)
        }
        countPartitions()
        if !partitions.isEmpty { tell(.assigned(partitions)) }
        ownershipChanged()
    }

    /// A member id never changes while assignments made under it live. The client may swallow a loss, and a static member then joins again
    /// under a new id with partitions alive here that another owns: its transactions would be taken.
    func isMember(_ membership: Membership?) -> Bool {
        guard let id = membership?.memberID, !id.isEmpty else { return true }
        guard let known = memberID, known != id, !assignments.isEmpty else {
            memberID = id
            return true
        }
        recover("the group knows this member by another id: what it owned may be another's by now")
        return false
    }

    func restore(_ assignment: Assignment, _ session: any LedgerSession) {
        assignment.phase = .restoring
        assignment.restoreAgainAt = nil
        session.restore(
            assignment.key, ledger: assignment.topic.ledgerName, for: assignment.id, wantedWhile: assignment.liveness)
    }

    func restored(_ key: PartitionKey, _ id: AssignmentID, _ result: Result<PartitionRestore, RestoreError>) {
        guard let assignment = assignments[key], assignment.id == id, assignment.isAlive, assignment.phase == .restoring, session != nil
        else {
            return
        }
        switch result {
        case .failure(let error) where error.isMissingLedger:
            keepClosed(assignment, key, Self.missingLedger)
            ownershipChanged()
        case .failure(let error) where error.isDamage:
            // It does not go by itself: it is looked at again as seldom as closed partitions are, and readiness says what it is.
            keepClosed(assignment, key, error.description)
            ownershipChanged()
        case .failure(let error):
            tell(.restoreFailed(key, error))
            if error.isBrokerTrouble { fencings.brokerTrouble(at: now) }
            assignment.restoreAgainAt = now + .seconds(1)
            wake(at: now + .seconds(1))
        case .success(let restore):
            // One a turn: a full ledger takes a while to be taken in, and leases must not run out over it.
            assignment.restore = restore
            wake(at: now)
        }
    }

    /// Takes in one of the ledgers that have been read.
    func openNext() {
        guard let session, let assignment = assignmentsInOrder.first(where: { $0.restore != nil }) else { return }
        guard let restore = assignment.restore.take(), assignment.isAlive, assignment.phase == .restoring else { return wake(at: now) }
        decide(assignment, restore, session)
        wake(at: now)
    }

    private func decide(_ assignment: Assignment, _ restore: PartitionRestore, _ session: any LedgerSession) {
        let key = assignment.key
        tell(.restored(records: restore.ledger.recordCount, in: restore.duration))
        let decision = RestoreDecision.decide(
            group: settings.group, committed: restore.committed, low: restore.low, high: restore.high,
            ledger: restore.ledger)
        switch decision {
        case .closed(let reason, _):
            keepClosed(assignment, key, reason)
            assignment.isLedgerEmpty = !restore.ledger.isUsed
            assignment.closedAtOffset = assignment.isLedgerEmpty ? nil : .some(restore.committed)
        case .open(let offset):
            lastClosedReason[key] = nil
            assignment.closedReason = nil
            open(assignment, restore.ledger, at: offset, session)
        }
        ownershipChanged()
    }

    private func keepClosed(_ assignment: Assignment, _ key: PartitionKey, _ reason: String) {
        if lastClosedReason[key] != reason {
            lastClosedReason[key] = reason
            tell(.staysClosed(key, reason: reason))
        }
        assignment.phase = .closed(reason)
        assignment.closedReason = reason
    }

    private func open(_ assignment: Assignment, _ ledger: RestoredLedger, at offset: Int64, _ session: any LedgerSession) {
        assignment.phase = .open
        assignment.coveredOffset = offset
        assignment.dedup.restore(ledger, at: wallNow)
        for message in ledger.tracked {
            track(value: message.value, base: message.base, assignment: assignment, hash: message.hash, isRestored: true)
        }
        // What may be under way is ahead of everything with its key, also of an earlier request that was held and is to be sent again.
        for entry in ledger.active where entry.state == .sending { reopen(entry, assignment) }
        for entry in ledger.active where entry.state != .sending { reopen(entry, assignment) }
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
        tell(.opened(assignment.key, offset: offset, open: assignment.open.count, closed: assignment.dedup.count))
    }

    /// An open entry of a restored ledger, not yet accepted.
    private func reopen(_ entry: LedgerEntry, _ assignment: Assignment) {
        let request = makeRequest(entry, assignment: assignment)
        assignment.open[request.hash] = .active(request)
        request.pausesCountedUntil = now
        switch entry.state {
        case .waiting:
            _ = queue.join(request)
            wait(request)
        case .held: queue.restoredHeld(request)
        case .sending:
            _ = queue.join(request)
            queue.begun(request)
            switch facts.take(mark: entry.mark) {
            case .neverBegun: settle(request, .notBegun, mark: entry.mark)
            case .ended(let outcome): settle(request, outcome, mark: entry.mark)
            case .running(let attempt):
                attempt.request = request
            case nil: settle(request, .unknown(reason: "the worker stopped while the attempt was under way"), mark: entry.mark)
            }
        case .tracking, .closed: break
        }
    }

    private func makeAssignment(_ topic: RequestTopic, _ partition: Int32) -> Assignment {
        nextAssignmentID += 1
        return Assignment(
            id: AssignmentID(value: nextAssignmentID), topic: topic, partition: partition,
            dedup: Dedup(window: settings.dedupWindow, maxEntries: settings.dedupMaxEntries), at: now)
    }

    func makeRequest(_ entry: LedgerEntry, assignment: Assignment) -> PendingRequest {
        let hash = RequestHash(id: entry.echo.id)
        let order =
            settings.send.ordering == .key ? entry.echo.key.map { RequestHash(recordKey: $0, isPriority: entry.isPriority) } : nil
        return PendingRequest(
            entry: entry, assignment: assignment, hash: hash, orderHash: order,
            isStrict: (entry.policy ?? settings.send.onUnknown) != .resend)
    }

    /// Retention has passed the reader by: what this assignment knows is given up, and the restore of another one of the same partition
    /// decides, and says so. The other partitions go on.
    func renew(_ assignment: Assignment, _ session: any LedgerSession, _ error: BrokerError) {
        tell(.offsetLost(assignment.key, error))
        end(assignment)
        let another = makeAssignment(assignment.topic, assignment.partition)
        assignments[assignment.key] = another
        restore(another, session)
        ownershipChanged()
    }

    // MARK: Revoked

    private func revoked(_ partitions: [PartitionKey], isLost: Bool, _ session: any LedgerSession) {
        refusedGeneration = nil
        let revoked = partitions.compactMap { assignments[$0] }
        if !partitions.isEmpty { tell(.revoked(partitions, isLost: isLost)) }
        pendingRevoke = PendingRevoke(
            partitions: partitions, assignments: revoked, deadline: isLost ? now : now + settings.send.drainLimit)
        if isLost {
            // Out of the group: not ready until an assignment comes again, be it an empty one.
            isJoined = false
            for assignment in revoked { end(assignment) }
        } else {
            for assignment in revoked { giveBack(assignment) }
            wake(at: now + settings.send.drainLimit)
        }
        answerRevokeIfDrained()
    }

    /// Nothing begins any more; intents go back; what runs may finish.
    func giveBack(_ assignment: Assignment) {
        let wasOpen = assignment.phase == .open
        assignment.phase = .draining
        guard wasOpen else { return }
        for request in activeInOrder(assignment) {
            switch request.place {
            case .stock, .intentQueued: withdraw(request)
            case .behindKey, .timer, .runnable: savePause(request)
            case .running, .held, .gone: break
            }
        }
    }

    /// In log order: what is written of them must not depend on the order of a hash table.
    func activeInOrder(_ assignment: Assignment) -> [PendingRequest] {
        assignment.open.values.compactMap { open -> PendingRequest? in if case .active(let request) = open { request } else { nil } }
            .sorted { $0.entry.offset < $1.entry.offset }
    }

    /// Drain first, fence second: the assignment ends with the answer, and everything of it that comes later is dropped.
    func answerRevokeIfDrained() {
        guard let revoke = pendingRevoke, let session else { return }
        let isDone = revoke.assignments.allSatisfy(\.isDrained)
        // At the limit a POST still runs: its intent stays, the next owner decides. Its siblings' outcomes get their last transaction.
        let isLate = now >= revoke.deadline + (isCommitStuck ? .zero : timings.transaction)
        let runs = revoke.assignments.contains { $0.isAlive && $0.running > 0 }
        let isOverLimit = now >= revoke.deadline && !revoke.assignments.contains { $0.isAlive && $0.pendingOperations > 0 } && runs
        guard isDone || isOverLimit || isLate else {
            return wake(at: now >= revoke.deadline ? now + .milliseconds(100) : revoke.deadline)
        }
        pendingRevoke = nil
        for assignment in revoke.assignments { end(assignment) }
        do {
            try session.unassign(revoke.partitions)
        } catch {
            recover("a revoke could not be answered: \(error.description)")
            return
        }
        ownershipChanged()
    }

    func end(_ assignment: Assignment) {
        guard assignment.isAlive else { return }
        assignment.end()
        for batch in commits.batches { keepFacts(of: batch, endedBy: assignment) }
        if let underWay = commitUnderWay { keepFacts(of: underWay.batch, endedBy: assignment) }
        var requests: [PendingRequest] = []
        for open in assignment.open.values {
            switch open {
            case .tracked(let handle): tracked.remove(handle)
            case .active(let request):
                requests.append(request)
                if request.place == .stock { facts.record(.neverBegun, mark: request.entry.mark, at: now) }
            }
        }
        queue.end(assignment, requests)
        for attempt in attempts.elements where attempt.request?.assignment === assignment {
            attempt.request = nil
            facts.record(.running(attempt), mark: attempt.mark, at: now)
        }
        assignment.open = [:]
        if assignments[assignment.key] === assignment { assignments[assignment.key] = nil }
    }

    /// Partitions came or went: the share of the fleet's limit, and what `/readyz` says.
    func ownershipChanged() {
        takeShare()
        updateHealth()
    }

    /// Restores that failed for the brokers' sake, again.
    func restoreAgain() {
        guard let session else { return }
        for assignment in assignmentsInOrder {
            guard let at = assignment.restoreAgainAt, assignment.phase == .restoring else { continue }
            if at <= now { restore(assignment, session) } else { wake(at: at) }
        }
    }
}
