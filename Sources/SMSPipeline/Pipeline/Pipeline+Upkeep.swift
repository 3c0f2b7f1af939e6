internal import Requests
internal import Time

/// What happens once a second whatever else does: tombstones for ids whose dedup window is over, partitions that wait for an operator,
/// account pauses, the share of the fleet's limit, the figures and the word on readiness.
extension Pipeline {
    func tick() {
        attempts.expireFacts(now)
        watchCalls()
        if gates.tick(now) == .startProbe, attempts.lookAtBalance() { askBalance() }
        askForCredits()
        if !life.isDraining, gates.senders.isDue(at: now) {
            gates.askedBeside(at: now)
            gateway.askSenders()
        }
        if !life.isDraining, gates.templates.isDue(at: now) {
            gates.askedBeside(at: now)
            gateway.askTemplates()
        }
        if upkeep.looksAtClosed { lookAtClosedPartitions(isWhole: upkeep.looksAtWhole) }
        if upkeep.mustCount(areBrokersGone: life.brokersGoneSince != nil) { countPartitions() }
        if upkeep.readsAgain { readAgain() }
        if upkeep.looksAtWhole { followQuietLedgers() }
        sweepClosedIDs()
        renewPositions()
        giveBackWithoutABind()
        savePausesIfDue()
        queue.compact()
        updateHealth()
    }

    /// For figures alone; a paused account asks by itself.
    private func askForCredits() {
        // Over SMPP there is no number to learn.
        guard gateway.parts == nil, settings.checksBalance, !life.isDraining, gates.account.maySend, gates.credits.isDue(at: now),
            attempts.lookAtBalance()
        else {
            return
        }
        gates.credits.asked(at: now)
        askBalance()
    }

    // MARK: Closed ids

    /// Whether the ledger takes more than what must be written.
    var hasLeisure: Bool { !commits.isStuck && !life.isDraining && commits.batchCount < 2 }

    /// Closed ids get their tombstones when their window is over, or when there are too many of them; the oldest first. The ids
    /// themselves are not kept in memory: the restorer reads them where they stand, once, as the window passes over them.
    func sweepClosedIDs() {
        guard let session = life.session, hasLeisure else { return }
        upkeep.sweeps()
        for assignment in partitions.inOrder where assignment.phase == .open && !assignment.isSweeping {
            let (ledger, partition) = (assignment.topic.ledgerName, assignment.partition)
            guard let request = assignment.dedup.sweep(ledger: ledger, partition: partition, limit: Upkeep.sweepLimit, at: wallNow) else {
                continue
            }
            assignment.isSweeping = true
            session.sweep(request, of: assignment.key, for: assignment.id)
        }
    }

    func swept(_ key: PartitionKey, _ id: AssignmentID, _ result: Result<Sweep, RestoreError>) {
        guard let assignment = partitions.living(key, id) else { return }
        assignment.isSweeping = false
        guard case .success(let sweep) = result else { return }
        upkeep.swept(sweep.closed.count)
        let removable = assignment.dedup.swept(sweep) { assignment.live[$0] != nil }
        guard !removable.isEmpty else { return }
        append(assignment) { operation in
            for closed in removable { operation.tombstone(key: closed.id) }
        }
        tell(.tombstones(removable.count))
    }

    // MARK: Quiet ledgers

    /// Kafka cleans no segment before it is rolled, and rolls one only when something is appended: without another record the last texts
    /// of a partition would stay as long as nothing happens there. The record of how far it was read is that record, once.
    private func followQuietLedgers() {
        guard hasLeisure else { return }
        for assignment in partitions.inOrder where assignment.phase == .open {
            guard let since = assignment.quietSince, now - since > Upkeep.segmentTime else { continue }
            assignment.quietSince = nil
            record(assignment)
        }
    }

    /// The next transaction holds the record of how far the partition was read, and of when polls stood.
    func record(_ assignment: Assignment) {
        assignment.recordedAt = nil
        append(assignment) { _ in }
    }

    /// When polls stood, for the ledger.
    var standstills: [LedgerCodec.Standstill] { gates.account.standstills(horizon: settings.track.horizon, at: clock) }

    // MARK: Closed partitions

    static let missingLedger = "its ledger topic has no such partition yet: grow the ledger before the requests"

    /// The operator's `offsets repair` shows as another committed offset or a longer ledger: then the restore decides anew. Ledgers are not read
    /// for that; one that could not be read is looked at again each minute.
    private func lookAtClosedPartitions(isWhole: Bool) {
        guard let session = life.session else { return }
        for assignment in partitions.inOrder {
            guard case .closed = assignment.phase else { continue }
            if assignment.closedBy != nil {
                look(at: assignment, session)
            } else if isWhole || assignment.isLedgerEmpty || assignment.closedReason == Self.missingLedger {
                restore(assignment, session)
            }
        }
    }

    /// One question a partition at a time: brokers that do not answer are not asked more and more.
    func look(at assignment: Assignment, _ session: any LedgerSession) {
        guard !assignment.isLookedAt else { return }
        assignment.isLookedAt = true
        session.look(at: assignment.key, ledger: assignment.topic.ledgerName, for: assignment.id)
    }

    func looked(at key: PartitionKey, _ id: AssignmentID, _ found: PartitionLook?) {
        guard let session = life.session, let assignment = partitions.living(key, id) else { return }
        assignment.isLookedAt = false
        guard let found else { return }
        switch assignment.phase {
        case .closed: if let known = assignment.closedBy, found.state != known { restore(assignment, session) }
        case .open: if found.low > assignment.position.next { damagedRecordsAreGone(assignment, session) }
        case .restoring, .draining: return
        }
    }

    // MARK: Pauses

    private func savePausesIfDue() {
        guard hasLeisure, upkeep.mustSavePauses(isPaused: !gates.account.maySend, at: now) else { return }
        let hasStood = !standstills.isEmpty
        for assignment in partitions.inOrder where assignment.phase == .open {
            for request in assignment.activeInOrder { savePause(request) }
            if hasStood { record(assignment) }
        }
    }

    func savePause(_ request: PendingRequest) {
        guard request.entry.state == .waiting else { return }
        let pause = gates.account.paused(since: request.pausesCountedUntil, until: now)
        guard pause >= Upkeep.leastPause else { return }
        request.entry.pausedMilliseconds = request.entry.pausedMilliseconds.clampedSum(pause.milliseconds)
        request.pausesCountedUntil = now
        write(request)
    }

    // MARK: The share of the fleet's limit

    /// Request topics may grow under a running worker; one that went on with the old total would take too much, and so would every other.
    /// As a rule the answer comes before a larger share counts (`RateBudget`, 1.5 s), so that none is taken by a total of before.
    func countPartitions() {
        guard let session = life.session, upkeep.beginsCounting() else { return }
        session.countPartitions(of: settings.topics.map(\.name))
    }

    func counted(partitions count: Int?, _ didAnswer: Bool) {
        if didAnswer, life.brokersAreBack() { updateHealth() }
        guard upkeep.counted(count) else { return }
        tell(.partitionCount(upkeep.partitionCount))
        takeShare()
    }

    /// Owned of all partitions.
    func takeShare() {
        guard life.session != nil else { return }
        gates.setShare(owned: partitions.count, all: upkeep.partitionCount, at: now)
    }

    // MARK: Readiness and figures

    func updateHealth() { tell(.health(healthReport())) }

    func healthReport() -> HealthReport {
        var report = HealthReport()
        report.hindrance = hindrance
        report.account = gates.account.problem
        report.door = door.state
        report.breaker =
            switch gates.pace.state(at: now) {
            case .closed: .closed
            case .open: .open
            case .halfOpen: .halfOpen
            }
        report.refusals = gates.refusals.narrowedBy
        report.assigned = partitions.count
        report.open = partitions.openCount
        showRequests(in: &report)
        showPace(in: &report)
        return report
    }

    private var hindrance: Hindrance? {
        let hindrance = partitions.hindrance(life, isCommitStuck: commits.isStuck)
        if case .restoring? = hindrance, !door.desk.isReady { return .receiptsNotRead }
        return (hindrance == nil || life.session == nil) && !life.isDraining && door.state == .tooManyBinds ? .tooManyBinds : hindrance
    }

    private func showRequests(in report: inout HealthReport) {
        report.waiting = queue.waitingFor
        if gates.account.maySend {
            report.oldestDue.priority = longestDue(isPriority: true)
            report.oldestDue.bulk = longestDue(isPriority: false)
        } else {
            (report.waiting.due, report.waiting.account) = (0, report.waiting.due)
        }
        report.sending = attempts.count + queue.stocked
        report.running = attempts.count
        report.held = queue.count(.held)
        report.tracking = tracker.count
        report.trackingBytes = tracker.valueBytes
        report.closedIDs = partitions.inOrder.reduce(0) { $0 + $1.dedup.count }
    }

    /// From admission, or from a later `sendAt` or backoff that the worker waited for; account pauses are nobody's delay.
    private func longestDue(isPriority: Bool) -> Duration {
        guard let request = queue.longestDue(isPriority: isPriority) else { return .zero }
        let start = max(request.entry.admittedAt, startTime(request))
        // What was written down of pauses may lie before that.
        let written = start == request.entry.admittedAt ? request.entry.pausedMilliseconds : 0
        let paused = gates.account.paused(since: request.pausesCountedUntil, until: now).milliseconds
        let age = wallNow.clampedDifference(start).clampedDifference(paused.clampedSum(written))
        return LedgerEntry.plausibleAge(milliseconds: age) ?? .zero
    }

    private func showPace(in report: inout HealthReport) {
        report.sends.width = gates.pace.width(.send, at: now)
        report.sends.failures = gates.pace.failureShare(.send)
        report.polls.width = gates.pace.width(.poll, at: now)
        report.polls.failures = gates.pace.failureShare(.poll)
        report.credits = gates.credits.credits
        report.creditHours = gates.credits.hoursLeft
    }

    /// Records behind: those of the log that have not been read, of each topic. What was read and waits is `HealthReport.waiting`. Partitions
    /// that are not open are not fetched, and nobody knows where they end.
    package func lag(ends: [PartitionKey: Int64]) -> [String: Int64] {
        var lag: [String: Int64] = [:]
        for (partition, end) in ends {
            guard let assignment = partitions[partition], let behind = distance(of: assignment, to: end) else { continue }
            lag[partition.topic, default: 0] &+= behind
        }
        return lag
    }

    /// The end is as old as the last fetch; more may have been read since.
    func distance(of assignment: Assignment, to end: Int64) -> Int64? {
        assignment.phase == .open ? max(0, end &- assignment.position.next) : nil
    }
}
