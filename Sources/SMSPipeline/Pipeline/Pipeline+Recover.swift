internal import Requests
internal import Time

/// Recovery inside the process: producer and consumer are made anew, the ledger is restored; facts about the provider stay.
extension Pipeline {
    /// - Parameters:
    ///   - fencing: counts towards "a rival has our name" where nothing explains it.
    ///   - isStuck: a thread hangs in a call of librdkafka and is left behind with its handles.
    func recover(_ reason: String, fencing: FencingHistory.Cause? = nil, isStuck: Bool = false) {
        guard life.session != nil else { return }
        tell(.startingOver(reason: reason))
        life.startsOver(for: reason)
        dropLedgerState()
        life.lost(fencing: fencing, isStuck: isStuck, at: now, using: &random)
        if life.isDraining { tell(.lostWhileDraining) }
        updateHealth()
    }

    /// No ledger state in memory survives; what is known of the provider does.
    private func dropLedgerState() {
        for assignment in partitions.inOrder { end(assignment) }
        for batch in commits.dropAll(at: now) { batch.visitCompletions(of: nil) { attempts.keep($0, at: now) } }
        partitions.removeAll()
        partitions.isJoined = false
        upkeep.sessionLost()
    }

    func openSessionIfDue() {
        guard !door.mustGiveBack(at: now) else { return }
        if life.shouldOpen(at: now) { opener.open() } else if let at = life.nextOpening { wake(at: at) }
    }

    func sessionOpened(_ result: Result<any LedgerSession, BrokerError>) {
        switch result {
        case .success(let session):
            guard life.opened(session) else { return }
            upkeep.atLeast(partitions: session.partitionCount)
            updateHealth()
        case .failure(let error):
            if life.end == nil { tell(.sessionNotOpened(error)) }
            life.openingFailed(error, at: now, using: &random)
        }
    }

    /// Each tick: calls that overran their timeouts.
    func watchCalls() {
        if life.commitHangs(at: now) {
            recover("the committer did not return within three times its timeout", fencing: .silence, isStuck: true)
        }
        if life.openingHangs(isOverdue: opener.isOverdue(at: now)) {
            tell(.openingHangs)
            opener.abandon()
            life.openingLeftBehind(at: now, using: &random)
            updateHealth()
        }
    }

    func instanceFenced(_ error: BrokerError) {
        if case .rebuild = life.instanceFenced(error, at: now) {
            recover("the group knows another member by this KAFKA_INSTANCE_ID (\(error.name))")
        }
    }

    func consumerFailed(_ error: BrokerError) {
        switch error.kind {
        case .fencedInstance: instanceFenced(error)
        case .fenced, .fatal: recover("the consumer ended: \(error.description)")
        case .retriable, .abortable, .membership, .other:
            if let refusal = error.groupRefusal {
                life.groupRefused(refusal, error, group: settings.group)
                updateHealth()
                // Its end says the same.
                guard life.end == nil else { return }
            }
            if life.consumerTrouble(error, at: now) { updateHealth() }
            tell(.consumerTrouble(error))
        }
    }

    /// - Returns: false: everything is begun anew.
    func isSameMember(_ membership: Membership?) -> Bool {
        let isSame = partitions.isSameMember(membership)
        if !isSame { recover("the group knows this member by another id: what it owned may be another's by now") }
        return isSame
    }
}
