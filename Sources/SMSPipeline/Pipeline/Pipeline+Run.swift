internal import Requests
package import Time

/// The turns, and all that comes in from outside.
extension Pipeline {
    // MARK: Events

    /// The first session, or the one that was asked for.
    package func opened(_ result: Result<any LedgerSession, BrokerError>, at clock: Now) {
        set(clock)
        sessionOpened(result)
    }

    /// An opening that was left behind has come back.
    package func lateOpeningEnded(at clock: Now) {
        set(clock)
        life.lateOpeningEnded(at: now)
    }

    /// Of a session that is gone, an answer says nothing about the one of now.
    package func answered(_ answer: SessionAnswer, by session: any LedgerSession, at clock: Now) {
        set(clock)
        guard session === life.session else { return }
        switch answer {
        case .flushed(let number): commits.flushed(number)
        case .committed(let number, let report): commitEnded(number, report)
        case .producersRebuilt(let error):
            if let error { recover("the producers could not be made anew: \(error)") }
        case .restored(let partition, let id, let result): restored(partition, id, result)
        case .looked(let partition, let id, let found): looked(at: partition, id, found)
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
        case .senders(let answer):
            gates.senders.answered(answer, at: now)
            if case .failed(let reason) = answer { tell(.sendersUnknown(reason: reason)) }
        case .templates(let answer):
            if gates.templates.answered(answer, at: now), case .failed(let reason) = answer { tell(.templatesUnknown(reason: reason)) }
        case .part(let tag, let outcome): partAnswered(tag, outcome)
        case .latePart(let tag, let id): lateAnswer(tag, id)
        case .door(let state): doorChanged(state)
        case .later(let pause): gates.retryAfter(pause, at: now)
        }
    }

    /// Asked by the gateway just before the first byte.
    package func mayBegin(tag: UInt64, at clock: Now) -> Bool {
        set(clock)
        return attempts[tag]?.request.map(mayLeave) ?? false
    }

    /// Nothing stands in the way of a request's own attempt.
    func mayLeave(_ request: PendingRequest) -> Bool {
        guard request.assignment.isAlive, request.assignment.phase == .open else { return false }
        // A part that has failed since for good is the message's end.
        guard request.entry.submission?.hasFailed != true else { return false }
        return gates.mayLeave(request.lease, at: now) && (request.entry.expiresAt.map { wallNow < $0 } ?? true)
    }

    /// Why it ended; nil: it runs.
    package var end: PipelineEnd? { life.end }

    // MARK: The turn

    /// What every turn ends with, in the order of the flow: what came in, what may begin, what must be written.
    package func turn(at clock: Now) {
        set(clock)
        guard life.end == nil else { return life.freeLeft() }
        if upkeep.ticked(at: now) { tick() }
        if let gap = gates.turn(at: now) {
            life.stoodStill(gap, at: now)
            tell(.stoodStill(gap))
        }
        openSessionIfDue()
        openNext()
        lookBack()
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
        life.endIfLeft()
        followReceipts()
        scheduleWake()
        life.freeLeft()
        assert(holdsInvariants(), "\(checkInvariants())")
    }

    // MARK: Secrets that were changed

    /// The gateway says who we are by other credentials from now on.
    package func credentialsRenewed(at clock: Now) {
        set(clock)
        gates.credentialsRenewed(at: now)
        wake(at: now)
    }

    /// Kafka's side is made anew, with handles that know the new secrets. Where it is being made, or is about to be left, there is nothing to do.
    package func renewSession(_ reason: String, at clock: Now) {
        set(clock)
        if !life.isDraining { recover(reason) }
    }

    // MARK: Stop

    /// Lets what runs finish, commits it, and leaves the group. The last revoke comes as an event and is drained like any other.
    package func drain(at clock: Now) {
        set(clock)
        guard !life.isDraining else { return }
        life.drain(limit: settings.send.drainLimit, isJoined: partitions.isJoined, at: now)
        tell(.draining)
        updateHealth()
        guard life.end == nil else { return }
        for assignment in partitions.inOrder { giveBack(assignment) }
        leaveIfDrained()
    }

    private func leaveIfDrained() {
        guard life.leaveDeadline != nil else { return }
        let (isDrained, isCommitted) = (partitions.isDrained, partitions.isCommitted)
        if let again = life.leaveGroup(isDrained: isDrained, isCommitted: isCommitted, patience: patience, at: now) { wake(at: again) }
    }

    /// What a drain grants the last transaction beyond its limit; none where transactions fail anyway.
    var patience: Duration { commits.isStuck ? .zero : settings.timings.transaction }
}
