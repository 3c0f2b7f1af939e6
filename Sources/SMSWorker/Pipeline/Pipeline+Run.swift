internal import EventLoop
internal import Kafka
internal import Logging
internal import RocketSMS

/// The turns of the loop, the ticks, start and stop.
extension Pipeline {
    /// Runs until asked to drain, or until it cannot go on.
    func run(_ session: KafkaSession, client: RocketSMSClient.Configuration, opener: any SessionOpener) async -> PipelineEnd {
        do throws(EventLoopError) {
            start(session, RocketSMSGateway(try RocketSMSClient(client, loop: loop)), opener: opener)
        } catch {
            return .failed("the provider's client could not be made: \(error)")
        }
        if end == nil { _ = await withCheckedContinuation { ending = $0 } }
        gateway?.close()
        return end ?? .drained
    }

    private func start(_ session: KafkaSession, _ gateway: any ProviderGateway, opener: any SessionOpener) {
        self.gateway = gateway
        self.opener = opener
        gateway.mayBegin = { [unowned self] tag in self.assumeIsolated { $0.mayBegin(tag: tag) } }
        gateway.receive = { [unowned self] event in self.assumeIsolated { $0.receive(event) } }
        loop.atTurnEnd { [weak self] in
            guard let self else { return }
            self.assumeIsolated { $0.turn() }
        }
        adopt(session)
        tick()
    }

    /// What every turn ends with, in the order of the flow: what came in, what may begin, what must be written.
    private func turn() {
        guard end == nil else { return }
        if let gap = clockGuard.turn(at: loop.now) {
            fencings.turnGap(gap, at: loop.now)
            log.warning(
                "this process stood still: intents of before are void, and none begins for a while",
                metadata: [LogKeys.seconds: "\(gap.components.seconds)"])
        }
        runTimers()
        readRecords()
        beginWhatCan()
        pumpSends()
        pumpPolls()
        commitIfDue()
        answerRevokeIfDrained()
        if isDraining, let session, session.consumer.isClosed {
            leave(session)
            self.session = nil
            finish(.drained)
        }
        scheduleWake()
    }

    private func receive(_ event: GatewayEvent) {
        switch event {
        case .submitted(let tag, let outcome): submitted(tag: tag, outcome)
        case .polled(let tag, let outcome): polled(tag: tag, outcome)
        case .balance(let outcome): balanceAnswered(outcome)
        case .receipt: break
        }
    }

    /// Each second, idle or not.
    private func tick() {
        guard end == nil else { return }
        let now = loop.now
        facts.expire(now)
        watchCommit()
        if account.tick(now) == .startProbe { gateway?.askBalance() }
        ticks += 1
        if ticks % 5 == 0 { lookAtClosedPartitions() }
        // An idle consumer does not say when brokers are back.
        if brokersGoneSince != nil, ticks % 2 == 0 { countPartitions() }
        if ticks % 60 == 0 { countPartitions() }
        sweepClosedIDs()
        savePausesIfDue()
        priorityLane.compact(living: waitingCount)
        bulkLane.compact(living: waitingCount)
        compactKeys()
        updateHealth()
        loop.schedule(after: .seconds(1)) { [self] in tick() }
    }

    // MARK: Stop

    /// Lets what runs finish, commits it, and leaves the group. The last revoke comes as an event and is drained like any other.
    package func drain() {
        guard !isDraining else { return }
        isDraining = true
        log.info("draining: nothing begins any more, what runs may finish")
        updateHealth()
        guard let session else {
            // Kafka's side is being made anew: what runs cannot be committed, and waiting for it could last as long as the brokers' trouble.
            // It stays `sending` in the ledger, and the next owner decides.
            finish(.drained)
            return
        }
        if isJoined {
            session.consumer.closeQueue()
        } else {
            // librdkafka before 2.3 aborts when a cooperative consumer is closed before its first assignment: destroy without close.
            leave(session)
            self.session = nil
            finish(.drained)
        }
        turnIsNeeded()
    }

    // MARK: Waking

    /// An event arrived whose work is done at the end of this turn, which `atTurnEnd` runs.
    func turnIsNeeded() {}

    /// The loop must turn at this time at the latest.
    func wake(at deadline: MonotonicInstant) {
        if let wakeAt, wakeAt <= deadline { return }
        wakeAt = deadline
    }

    func wakeForBudget(_ kind: RateBudget.Kind) {
        if let next = budget.nextAvailable(kind, at: loop.now) { wake(at: next) }
    }

    private func scheduleWake() {
        var due = wakeAt
        wakeAt = nil
        if let timer = timers.nextDeadline { due = min(due ?? timer, timer) }
        // What gates polls wakes by itself: the budget, the gates below, an answer, a commit, the tick.
        if let poll = tracked.nextDue, pollsInFlight.count < configuration.track.maxInFlight, !arePollsGated {
            due = min(due ?? poll, poll)
        }
        if let gate = gateChange() { due = min(due ?? gate, gate) }
        if mayReadMore { due = loop.now }
        guard let due else { return }
        if let armed = armedWake, armed.at <= due, armed.at > loop.now { return }
        if let armed = armedWake { loop.cancel(armed.id) }
        let id = loop.schedule(at: due) { [self] in armedWake = nil }
        armedWake = (due, id)
    }

    /// When a gate that is shut now may open by itself: leases after a pause, Retry-After, the breaker.
    private func gateChange() -> MonotonicInstant? {
        guard waitingCount > 0 || stockCount > 0 || (arePollsGated && tracked.count > 0) else { return nil }
        return [clockGuard.leasesAgain(at: loop.now), retryAfter.closedUntil(at: loop.now), breaker.nextChange]
            .compactMap(\.self).filter { $0 > loop.now }.min()
    }
}
