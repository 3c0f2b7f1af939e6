internal import Requests
package import Time

/// The turns of the loop, the ticks, start and stop.
extension Pipeline {
    // MARK: Events

    /// The first session, or the one that was asked for.
    package func opened(_ result: Result<any LedgerSession, BrokerError>, at clock: Now) {
        set(clock)
        sessionOpened(result)
    }

    /// An opening that was left behind has come back: its producers, made late, may fence those of now.
    package func lateOpeningEnded(at clock: Now) {
        set(clock)
        fencings.brokerTrouble(at: now)
    }

    /// Of a session that is gone, an answer says nothing about the one of now.
    package func answered(_ answer: SessionAnswer, by session: any LedgerSession, at clock: Now) {
        set(clock)
        guard session === self.session else { return }
        switch answer {
        case .committed(let number, let result): commitEnded(number, result)
        case .producersRebuilt(let error):
            if let error { recover("the producers could not be made anew: \(error)") }
        case .restored(let partition, let id, let result): restored(partition, id, result)
        case .committedOffset(let partition, let id, let offset): learnedCommittedOffset(partition, id, offset)
        case .swept(let partition, let id, let result): swept(partition, id, result)
        case .counted(let count, let didAnswer): counted(partitions: count, didAnswer)
        }
    }

    package func provider(_ event: GatewayEvent, at clock: Now) {
        set(clock)
        switch event {
        case .submitted(let tag, let outcome): submitted(tag: tag, outcome)
        case .polled(let tag, let outcome): polled(tag: tag, outcome)
        case .balance(let outcome): balanceAnswered(outcome)
        case .receipt: break
        }
    }

    /// What every turn ends with, in the order of the flow: what came in, what may begin, what must be written.
    package func turn(at clock: Now) {
        set(clock)
        defer {
            for session in leftSessions { session.free() }
            leftSessions = []
        }
        guard end == nil else { return }
        if now >= nextTick {
            nextTick = now + .seconds(1)
            tick()
        }
        if let gap = clockGuard.turn(at: now) {
            fencings.turnGap(gap, at: now)
            tell(.stoodStill(gap))
        }
        reopenIfDue()
        openNext()
        restoreAgain()
        runTimers()
        beginWhatCan()
        readRecords()
        beginWhatCan()
        pumpSends()
        pumpPolls()
        commitIfDue()
        answerRevokeIfDrained()
        leaveIfDrained()
        if isDraining, let session, session.isClosed {
            leave(session)
            self.session = nil
            finish(.drained)
        }
        scheduleWake()
        assert(holdsInvariants(), "\(checkInvariants())")
    }

    /// Each second, idle or not.
    private func tick() {
        facts.expire(now)
        watchCommit()
        watchOpening()
        if account.tick(now) == .startProbe { gateway.askBalance() }
        ticks += 1
        if ticks % 5 == 0 { lookAtClosedPartitions(isWhole: ticks % 60 == 0) }
        // An idle consumer does not say when brokers are back.
        if brokersGoneSince != nil, ticks % 2 == 0 { countPartitions() }
        if ticks % 60 == 0 { countPartitions() }
        sweepClosedIDs()
        savePausesIfDue()
        queue.compact()
        updateHealth()
    }

    // MARK: Stop

    /// Lets what runs finish, commits it, and leaves the group. The last revoke comes as an event and is drained like any other.
    package func drain(at clock: Now) {
        set(clock)
        guard !isDraining else { return }
        isDraining = true
        tell(.draining)
        updateHealth()
        guard let session else {
            // Kafka's side is being made anew: what runs cannot be committed, and waiting for it could last as long as the brokers' trouble.
            // It stays `sending` in the ledger, and the next owner decides.
            finish(.drained)
            return
        }
        if isJoined {
            // While still a member: leaving ends the heartbeats, and whoever drains behind it is evicted in the middle of it.
            leaveDeadline = now + settings.send.drainLimit
            for assignment in assignmentsInOrder { giveBack(assignment) }
            leaveIfDrained()
        } else {
            // librdkafka before 2.3 aborts when a cooperative consumer is closed before its first assignment: destroy without close.
            leave(session)
            self.session = nil
            finish(.drained)
        }
    }

    /// What ran has ended and is committed, or the limit is over: then the group is left. The last revoke comes as an event.
    private func leaveIfDrained() {
        guard let deadline = leaveDeadline, let session else { return }
        let isDrained = assignments.values.allSatisfy(\.isDrained)
        let isCommitted = assignments.values.allSatisfy { !$0.isAlive || $0.pendingOperations == 0 }
        // At the limit what still runs is left to the next owner; its siblings' outcomes get their last transaction.
        let isLate = now >= deadline + (isCommitStuck ? .zero : timings.transaction)
        guard isDrained || (now >= deadline && isCommitted) || isLate else {
            return wake(at: now >= deadline ? now + .milliseconds(100) : deadline)
        }
        leaveDeadline = nil
        session.leaveGroup()
    }

    // MARK: Waking

    /// The loop must turn at this time at the latest.
    func wake(at deadline: MonotonicInstant) {
        if let wakeAt, wakeAt <= deadline { return }
        wakeAt = deadline
    }

    func wakeForBudget(_ kind: RateBudget.Kind) {
        if let next = budget.nextAvailable(kind, at: now) { wake(at: next) }
    }

    private func scheduleWake() {
        var due = wakeAt
        wakeAt = nil
        if let timer = queue.nextDeadline { due = min(due ?? timer, timer) }
        // What gates polls wakes by itself: the budget, the gates below, an answer, a commit, the tick.
        if let poll = tracked.nextDue, pollsInFlight.count < settings.track.maxInFlight, !arePollsGated {
            due = min(due ?? poll, poll)
        }
        if let gate = gateChange() { due = min(due ?? gate, gate) }
        if mayReadMore { due = now }
        nextTurnAt = min(due ?? nextTick, nextTick)
    }

    /// When a gate that is shut now may open by itself: leases after a pause, Retry-After, the breaker.
    private func gateChange() -> MonotonicInstant? {
        guard queue.waiting > 0 || queue.stocked > 0 || (arePollsGated && tracked.count > 0) else { return nil }
        return [clockGuard.leasesAgain(at: now), retryAfter.closedUntil(at: now), breaker.nextChange]
            .compactMap(\.self).filter { $0 > now }.min()
    }
}
