internal import Requests
internal import Time

/// What happens once a second whatever else does: tombstones for ids whose dedup window is over, partitions that wait for an operator,
/// the figures and the word on readiness.
extension Pipeline {
    /// Ids that one sweep removes at most, so that its transaction stays an ordinary one.
    static let sweepLimit = 1_000

    /// Closed ids get their tombstones when their window is over, or when there are too many of them; the oldest first. The ids
    /// themselves are not kept in memory: the restorer reads them where they stand, once, as the window passes over them.
    func sweepClosedIDs() {
        guard let session, !isCommitStuck, !isDraining, commits.batches.count < 2 else { return }
        mustSweepOn = false
        for assignment in assignmentsInOrder where assignment.phase == .open && !assignment.isSweeping {
            let (ledger, partition) = (assignment.topic.ledgerName, assignment.partition)
            guard let request = assignment.dedup.sweep(ledger: ledger, partition: partition, limit: Self.sweepLimit, at: wallNow) else {
                continue
            }
            assignment.isSweeping = true
            session.sweep(request, of: assignment.key, for: assignment.id)
        }
    }

    func swept(_ key: PartitionKey, _ id: AssignmentID, _ result: Result<Sweep, RestoreError>) {
        guard let assignment = assignments[key], assignment.id == id, assignment.isAlive else { return }
        assignment.isSweeping = false
        guard case .success(let sweep) = result else { return }
        // There are more than one sweep may take: the next begins when their tombstones are committed, not a second later.
        if sweep.closed.count >= Self.sweepLimit { mustSweepOn = true }
        let removable = assignment.dedup.swept(sweep) { assignment.open[$0] != nil }
        guard !removable.isEmpty else { return }
        commits.append(assignment, at: now) { operation in
            for closed in removable { operation.tombstone(key: closed.id) }
        }
        tell(.tombstones(removable.count))
    }

    /// The operator's `offsets repair` shows as another committed offset: then the restore decides anew. Ledgers are not read for that; one
    /// that could not be read is looked at again each minute.
    func lookAtClosedPartitions(isWhole: Bool) {
        guard let session else { return }
        for assignment in assignmentsInOrder {
            guard case .closed = assignment.phase else { continue }
            if assignment.closedAtOffset != nil {
                session.askCommittedOffset(assignment.key, for: assignment.id)
            } else if isWhole || assignment.isLedgerEmpty || assignment.closedReason == Self.missingLedger {
                restore(assignment, session)
            }
        }
    }

    func learnedCommittedOffset(_ key: PartitionKey, _ id: AssignmentID, _ offset: Int64??) {
        guard let session, let assignment = assignments[key], assignment.id == id, assignment.isAlive, case .closed = assignment.phase,
            let offset, let known = assignment.closedAtOffset, offset != known
        else { return }
        restore(assignment, session)
    }

    static let missingLedger = "its ledger topic has no such partition yet: grow the ledger before the requests"

    func updateHealth() {
        var restoring = 0
        var closed: (name: String, reason: String)?
        for assignment in assignments.values {
            switch assignment.phase {
            case .restoring: restoring += assignment.closedReason == nil ? 1 : 0
            case .closed(let reason): closed = (assignment.name, reason)
            case .open, .draining: break
            }
            if let reason = assignment.closedReason { closed = (assignment.name, reason) }
        }
        let reason: String? =
            if isDraining { "draining" } else if session == nil {
                isOpeningStuck
                    ? "reconnecting to Kafka: a call of its client did not return, another attempt is under way" : "reconnecting to Kafka"
            } else if !isJoined {
                "joining the group"
            } else if brokersGoneSince != nil {
                "no broker answers"
            } else if let closed {
                "partition \(closed.name) stays closed: \(closed.reason)"
            } else if restoring > 0 { "restoring \(restoring) partitions" } else if isCommitStuck {
                "transactions fail: outcomes are kept and no attempt begins until one is through"
            } else {
                nil
            }
        let open = assignments.values.count { $0.phase == .open }
        var report = HealthReport()
        report.reason = reason
        report.account = account.problem
        report.breaker =
            switch breaker.state {
            case .closed: .closed
            case .open: .open
            case .halfOpen: .halfOpen
            }
        report.assigned = assignments.count
        report.open = open
        report.waiting = queue.waiting
        report.sending = attempts.count + queue.stocked
        report.running = attempts.count
        report.held = queue.count(.held)
        report.tracking = tracked.count
        report.closedIDs = assignments.values.reduce(0) { $0 + $1.dedup.count }
        tell(.health(report))
    }

    /// Records behind: those of the log that have not been read, of each topic. What was read and waits is `HealthReport.waiting`. Partitions that
    /// are not open are not fetched, and nobody knows where they end.
    package func lag(ends: [PartitionKey: Int64]) -> [String: Int64] {
        var lag: [String: Int64] = [:]
        for (partition, end) in ends {
            guard let assignment = assignments[partition], assignment.phase == .open else { continue }
            // The end is as old as the last fetch; more may have been read since.
            lag[partition.topic, default: 0] &+= max(0, end &- assignment.position.next)
        }
        return lag
    }
}
