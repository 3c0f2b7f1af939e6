internal import Requests
internal import Time

/// The runner of `CommitLoop`: reads the membership, hands the transaction to the session, and follows what became of it.
extension Pipeline {
    func commitIfDue() {
        guard let session = life.session else { return }
        switch commits.due(hunger, at: now) {
        case .nothing: break
        case .at(let due): wake(at: due)
        case .now: begin(session)
        }
    }

    private var hunger: CommitLoop.Hunger {
        var hunger = CommitLoop.Hunger()
        hunger.isUrgent = partitions.revoke != nil || life.isDraining
        hunger.mayCarryOffsetsAlone = partitions.revoke != nil
        hunger.slotsStarve = attempts.starves(stocked: queue.count(.stock), startable: queue.queuedStrictIntents)
        return hunger
    }

    private func begin(_ session: any LedgerSession) {
        let membership = session.membership()
        if let membership, membership.isJoined, !isSameMember(membership) { return }
        switch commits.standing(membership, session: settings.timings.session, at: now) {
        case .waits(let until): return wake(at: until)
        case .startOver: return recover("the group refuses this member, and nothing has changed for a session timeout")
        case .good: break
        }
        guard let membership, let transaction = commits.begin(membership, group: settings.group, standstills: standstills, at: now)
        else { return }
        attempts.transactionBegan()
        session.commit(
            transaction.content, alive: transaction.alive,
            topics: TransactionTopics(status: settings.statusTopic, deadLetter: settings.deadLetterTopic), number: transaction.number,
            behind: transaction.behind)
    }

    func commitEnded(_ number: UInt64, _ report: CommitReport) {
        if let renewal = report.renewal { tell(.producerRenewed(in: renewal)) }
        guard let began = commits.leaseStart(of: number), let ended = commits.ended(number, report, at: now, using: &random) else { return }
        // Before a fencing is judged.
        life.transactionTook(now - began, at: now)
        switch ended {
        case .committed(let transaction, let failures):
            life.committed()
            tell(.committed(records: transaction.batch.content.records.count, in: now - began, after: failures))
            transaction.batch.visitCompletions(of: nil) { completion in
                if case .intent(let request, let mark) = completion { intentCommitted(request, mark: mark, leaseStart: began) }
            }
            for var span in transaction.batch.spans {
                span.end = now
                tell(.span(span))
            }
            if upkeep.mustSweepOn { sweepClosedIDs() }
        case .aborted(let error, let failures, let again):
            tell(.aborted(error, failures: failures))
            wake(at: again)
            if CommitLoop.needsProducers(after: failures) {
                tell(.producersRebuilt)
                life.session?.rebuildProducers()
            }
        case .membershipRefused(let error, let again):
            tell(.membershipRefused(error))
            wake(at: again)
        case .startOver(let reason, let cause): recover(reason, fencing: cause)
        case .rival(let error): instanceFenced(error)
        case .withdrawn: break
        }
    }
}
