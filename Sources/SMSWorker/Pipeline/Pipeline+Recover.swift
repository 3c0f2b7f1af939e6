internal import EventLoop
internal import Kafka
internal import Logging
internal import Metrics

/// Recovery inside the process: producer and consumer are made anew, the ledger is restored; facts about the provider stay.
extension Pipeline {
    /// - Parameters:
    ///   - fencing: counts towards "a rival has our name" where nothing explains it.
    ///   - isStuck: a thread hangs in a call of librdkafka and is left behind with its handles.
    func recover(_ reason: String, fencing: FencingHistory.Cause? = nil, isStuck: Bool = false) {
        guard let lost = session else { return }
        session = nil
        isJoined = false
        metrics.fencings.increment()
        log.warning("starting over on Kafka's side: \(reason)")
        var chance = Duration.zero
        if let fencing {
            learnFencings(from: lost.committer)
            switch fencings.fenced(fencing, at: loop.now) {
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
        if isStuck {
            if let last = lastStuck, loop.now - last < .seconds(3_600), !fencings.isExplained(at: loop.now) {
                finish(.failed("Kafka's client hung twice within an hour, with no trouble of the brokers to explain it"))
            }
            lastStuck = loop.now
        }
        dropLedgerState()
        leave(lost)
        if isDraining {
            // What the provider answers from here on could be committed only after another join, restore and drain, which may fail in
            // their turn: a stop must end. What runs stays `sending` in the ledger, and the next owner decides by its policy.
            log.warning("Kafka's side was lost while draining: ending now, what runs is left to the next owner")
            finish(.drained)
        }
        if end == nil { reopenSession(after: chance) }
        updateHealth()
    }

    /// What explains a fencing without a rival; before one is judged.
    func learnFencings(from committer: Committer) {
        if committer.takeTrouble() { fencings.brokerTrouble(at: loop.now) }
        for number in 0...1 {
            fencings.lateInitialisations(committer.takeLateInitialisations(of: number), of: number, at: loop.now)
        }
    }

    /// No ledger state in memory survives; what is known of the provider does.
    func dropLedgerState() {
        for assignment in assignments.values { self.end(assignment) }
        if let underWay = commitUnderWay { dropped(underWay.batch) }
        for batch in commits.removeAll() { dropped(batch) }
        commitUnderWay = nil
        pendingRevoke = nil
        assignments = [:]
        assignmentCache = [:]
        failedCommits = 0
        commitNotBefore = loop.now
        refusedGeneration = nil
        priorityLane = Lane()
        bulkLane = Lane()
        stockCount = 0
        queuedIntents = 0
        queuedStrictIntents = 0
    }

    private func dropped(_ batch: CommitQueue.Batch) {
        keepFacts(of: batch, endedBy: nil)
        giveBackOperations(of: batch)
    }

    private func reopenSession(after chance: Duration = .zero) {
        rebuildAttempts += 1
        let delay = rebuildAttempts == 1 ? Duration.zero : backoffForCommits.delay(failures: rebuildAttempts, using: &random)
        let bounded = min(max(delay, chance), timings.session)
        loop.schedule(after: bounded) { [self] in
            guard session == nil, end == nil else { return }
            opener?.open { result in
                self.loop.execute { self.assumeIsolated { $0.opened(result) } }
            }
        }
    }

    private func opened(_ result: Result<KafkaSession, KafkaError>) {
        switch result {
        case .success(let session):
            guard end == nil else {
                // Asked to stop meanwhile: `drain` has ended the run.
                session.abandon()
                session.free()
                return
            }
            adopt(session)
        case .failure(let error):
            guard end == nil else { return }
            log.warning("Kafka's side could not be made anew, trying again", metadata: [LogKeys.error: "\(error.description)"])
            fencings.brokerTrouble(at: loop.now)
            reopenSession()
        }
    }

    /// Takes a session over: from here on its events come to the loop.
    func adopt(_ session: KafkaSession) {
        self.session = session
        // Topics only grow: what the start counted is the least, the next assignment counts again.
        partitionCount = max(partitionCount, session.partitionCount)
        do {
            wakeRegistration = try session.wake(on: loop) { [weak self] in
                guard let self else { return }
                self.assumeIsolated { $0.turnIsNeeded() }
            }
        } catch {
            finish(.failed("the loop refused a descriptor: \(error)"))
        }
        updateHealth()
    }

    /// Stops listening to a session, and leaves it to be freed.
    func leave(_ session: KafkaSession) {
        if let wakeRegistration { loop.deregister(wakeRegistration) }
        wakeRegistration = nil
        session.abandon()
        // Not in this turn: the record that is being handled would outlive its client.
        loop.execute { session.free() }
    }

    func consumerFailed(_ error: KafkaError) {
        if error.isOffsetLost {
            // Retention has passed the reader by: the restore decides, and says so.
            return recover("a consumer offset is outside the log: \(error.description)")
        }
        switch error.classification {
        case .fencedInstance:
            finish(.rival("another living worker has this worker's KAFKA_INSTANCE_ID (\(error.name))"))
        case .fenced, .fatal:
            recover("the consumer ended: \(error.description)")
        case .retriable, .abortable, .membership, .other:
            fencings.brokerTrouble(at: loop.now)
            if error.areAllBrokersDown, brokersGoneSince == nil {
                brokersGoneSince = loop.now
                updateHealth()
            }
            if consumerLog.shouldLog(at: loop.now) {
                log.warning(
                    "the consumer reports trouble", metadata: [LogKeys.code: "\(error.name)", LogKeys.error: "\(error.description)"])
            }
        }
    }

    func finish(_ end: PipelineEnd) {
        guard self.end == nil else { return }
        self.end = end
        ending?.resume(returning: end)
        ending = nil
    }
}
