internal import Requests
internal import Time

/// Recovery inside the process: producer and consumer are made anew, the ledger is restored; facts about the provider stay.
extension Pipeline {
    /// - Parameters:
    ///   - fencing: counts towards "a rival has our name" where nothing explains it.
    ///   - isStuck: a thread hangs in a call of librdkafka and is left behind with its handles.
    func recover(_ reason: String, fencing: FencingHistory.Cause? = nil, isStuck: Bool = false) {
        guard let lost = session else { return }
        session = nil
        isJoined = false
        tell(.startingOver(reason: reason))
        var chance = Duration.zero
        if let fencing {
            learnFencings(from: lost)
            switch fencings.fenced(fencing, at: now) {
            case .rebuild(let unexplained):
                // Two rivals that begin again in step take one producer's name each, fence each other for ever, and end together. With chance
                // between them the later one has both names, and only the other ends.
                if unexplained > 1 { chance = .milliseconds(Int.random(in: 0...2_000, using: &random)) }
            case .exitRival:
                finish(
                    .rival(
                        "fenced three times within ten minutes with nothing to explain it: another living worker uses the same "
                            + "KAFKA_INSTANCE_ID or KAFKA_TRANSACTIONAL_STEM"))
            }
        }
        if isStuck { judgeStuckCall() }
        dropLedgerState()
        leave(lost)
        if isDraining {
            // What the provider answers from here on could be committed only after another join, restore and drain, which may fail in
            // their turn: a stop must end. What runs stays `sending` in the ledger, and the next owner decides by its policy.
            tell(.lostWhileDraining)
            finish(.drained)
        }
        if end == nil { reopenSession(after: chance) }
        updateHealth()
    }

    /// What explains a fencing without a rival; before one is judged.
    func learnFencings(from session: any LedgerSession) {
        if session.takeTrouble() { fencings.brokerTrouble(at: now) }
        for number in 0...1 {
            fencings.lateInitialisations(session.takeLateInitialisations(of: number), of: number, at: now)
        }
    }

    /// No ledger state in memory survives; what is known of the provider does.
    func dropLedgerState() {
        for assignment in assignmentsInOrder { self.end(assignment) }
        if let underWay = commitUnderWay { dropped(underWay.batch) }
        for batch in commits.removeAll() { dropped(batch) }
        commitUnderWay = nil
        memberID = nil
        pendingRevoke = nil
        assignments = [:]
        failedCommits = 0
        commitNotBefore = now
        refusedGeneration = nil
    }

    private func dropped(_ batch: CommitQueue.Batch) {
        keepFacts(of: batch, endedBy: nil)
        giveBackOperations(of: batch)
    }

    private func reopenSession(after chance: Duration = .zero) {
        rebuildAttempts += 1
        let delay = rebuildAttempts == 1 ? Duration.zero : backoffForCommits.delay(failures: rebuildAttempts, using: &random)
        let bounded = min(max(delay, chance), timings.session)
        reopenAt = now + bounded
        wake(at: now + bounded)
    }

    func reopenIfDue() {
        guard let at = reopenAt else { return }
        guard at <= now else { return wake(at: at) }
        reopenAt = nil
        guard session == nil, end == nil else { return }
        isOpening = true
        opener.open()
    }

    /// Each tick. An `init_transactions` that never returns would leave a process that is alive, not ready, and owns nothing.
    func watchOpening() {
        guard isOpening, overdueOpening.hangs(isOverdue: opener.isOverdue(at: now)) else { return }
        tell(.openingHangs)
        isOpening = false
        isOpeningStuck = true
        opener.abandon()
        judgeStuckCall()
        if end == nil { reopenSession() }
        updateHealth()
    }

    /// Of a thread that hangs in a call of librdkafka, and is left behind with its handles.
    private func judgeStuckCall() {
        let isExplained = fencings.isExplained(at: now) || brokersGoneSince != nil
        if case .exit(let sentence) = stuckCalls.happened(isExplained: isExplained, at: now) { finish(.failed(sentence)) }
    }

    func sessionOpened(_ result: Result<any LedgerSession, BrokerError>) {
        isOpening = false
        switch result {
        case .success(let session):
            isOpeningStuck = false
            guard end == nil else {
                // Asked to stop meanwhile: `drain` has ended the run.
                leave(session)
                return
            }
            adopt(session)
        case .failure(let error):
            guard end == nil else { return }
            tell(.sessionNotOpened(error))
            fencings.failed(error, at: now)
            reopenSession()
        }
    }

    /// Takes a session over: from here on its events come to the loop.
    private func adopt(_ session: any LedgerSession) {
        self.session = session
        // Topics only grow: what the start counted is the least, the next assignment counts again.
        partitionCount = max(partitionCount, session.partitionCount)
        updateHealth()
    }

    /// Stops listening to a session, and leaves it to be freed.
    func leave(_ session: any LedgerSession) {
        session.abandon()
        // Not before the turn's end: the record that is being handled would outlive its client.
        leftSessions.append(session)
    }

    /// Once it may be a late request of a predecessor of this name; again, a living rival has it.
    func instanceFenced(_ error: BrokerError) {
        switch fencings.instanceFenced(at: now, patience: timings.session * 2) {
        case .rebuild: recover("the group knows another member by this KAFKA_INSTANCE_ID (\(error.name))")
        case .exitRival: finish(.rival("another living worker has this worker's KAFKA_INSTANCE_ID (\(error.name))"))
        }
    }

    func consumerFailed(_ error: BrokerError) {
        switch error.kind {
        case .fencedInstance:
            instanceFenced(error)
        case .fenced, .fatal:
            recover("the consumer ended: \(error.description)")
        case .retriable, .abortable, .membership, .other:
            fencings.failed(error, at: now)
            if error.areAllBrokersDown, brokersGoneSince == nil {
                brokersGoneSince = now
                updateHealth()
            }
            tell(.consumerTrouble(error))
        }
    }

    func finish(_ end: PipelineEnd) {
        guard self.end == nil else { return }
        self.end = end
    }
}
