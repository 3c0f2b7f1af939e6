internal import Requests
internal import Time

/// Reading: records one by one, each into an operation of the commit queue before the next is looked at.
extension Pipeline {
    /// What a waiting request may take in memory, on the average of a partition's share.
    private static let bytesOfOne = 4_096

    /// Whether another record of this partition is wanted: up to the partition's share of what may wait, so that neither a key's line nor a
    /// partition's backlog stops another. Beyond what could begin, bulk topics are read as `ReadAhead` has it.
    private func isWanted(_ assignment: Assignment) -> Bool {
        lookAtShare(assignment)
        guard !life.isDraining, !assignment.isFull, !assignment.isReadingHalted else { return false }
        guard !assignment.topic.isPriority else { return commits.batchCount < 8 }
        guard commits.batchCount < 4 else { return false }
        switch readAhead.mayRead(hasRoom: hasRoom, at: now) {
        case .read: return true
        case .wait: return false
        case .waitUntil(let time):
            wake(at: time)
            return false
        }
    }

    private func lookAtShare(_ assignment: Assignment) {
        let share = max(500, settings.send.maxWaiting / max(1, partitions.count))
        switch assignment.lookAtShare(share, bytes: share * Self.bytesOfOne) {
        case .full: tell(.readingStopped(assignment.key, waiting: assignment.waiting))
        case .roomy: tell(.readingGoesOn(assignment.key, waiting: assignment.waiting))
        case nil: break
        }
    }

    /// Whether an ordinary request of a bulk topic that is read now could begin.
    private var hasRoom: Bool { mayBeginAtOnce(settings.send.onUnknown == .resend ? .bulk : .bulkStrict) }

    func readRecords() {
        mayReadMore = false
        guard let session = life.session else { return }
        takeEvents(session)
        guard life.session === session else { return }
        var left = ReadingTurn()
        for assignment in partitions.readingOrder(at: now) { read(assignment, session, &left) }
        if left.isOver { mayReadMore = true }
    }

    /// Handling an event may start over: then nothing more of this session is read.
    private func read(_ assignment: Assignment, _ session: any LedgerSession, _ left: inout ReadingTurn) {
        func isWanted(_ left: ReadingTurn) -> Bool {
            !left.isOver && life.session === session && assignment.isAlive && assignment.phase == .open && self.isWanted(assignment)
        }
        guard isWanted(left) else { return }
        session.read(assignment.key) { event in
            left.take()
            switch event {
            case .record(let record):
                left.take(bytes: record.value?.count ?? 0)
                consume(record, assignment)
            case .end(let offset): reachedEnd(assignment, offset)
            case .failed(let error) where error.isOffsetLost: offsetLost(assignment, session, error)
            case .failed(let error): readingFailed(assignment, error)
            }
            return isWanted(left)
        }
    }

    private func consume(_ record: LentRecord, _ assignment: Assignment) {
        switch assignment.position.record(record.offset, at: now) {
        case .drop: return
        case .seekBack: return seekBack(assignment)
        case .take(let gap): if gap > 0 { tell(.gap) }
        }
        readingGoesOn(assignment)
        if !assignment.topic.isPriority { readAhead.hasRead() }
        tell(.consumed)
        accept(record, assignment)
    }

    private func seekBack(_ assignment: Assignment) {
        tell(.seekBack)
        do {
            try life.session?.seek(assignment.key, to: assignment.position.next)
        } catch {
            recover("a partition could not be read again: \(error.description)")
        }
    }

    /// What is wrong with this partition alone: the others are read on, and what of it is in the ledger goes on.
    private func readingFailed(_ assignment: Assignment, _ error: BrokerError) {
        consumerFailed(error)
        guard assignment.isAlive, error.kind == .other, !error.isBrokerTrouble else { return }
        // The client may pass over what is damaged, and requests with it.
        if error.isDamagedLog {
            assignment.isReadingHalted = true
            upkeep.damaged.found(assignment.key, at: assignment.position.next)
        }
        guard assignment.readingFails == nil else { return }
        assignment.readingFails =
            error.isDamagedLog
            ? "its log is damaged at offset \(assignment.position.next) or behind it (\(error.name)): nothing is skipped; where no replica has "
                + "it whole, delete its records up to the next batch, and `offsets repair --from earliest`; a restart looks at once"
            : "it cannot be read at offset \(assignment.position.next) (\(error.name))"
        updateHealth()
    }

    private func offsetLost(_ assignment: Assignment, _ session: any LedgerSession, _ error: BrokerError) {
        guard assignment.readingFails != nil, upkeep.damaged.isDamaged(assignment.key) else { return renew(assignment, session, error) }
        // The client took it for one, out of what lies behind the damage; or an operator has deleted what is damaged.
        assignment.isReadingHalted = true
        upkeep.damaged.stopped(assignment.key, at: now)
        look(at: assignment, session)
    }

    /// What was damaged is gone from the log, by an operator or by retention.
    func damagedRecordsAreGone(_ assignment: Assignment, _ session: any LedgerSession) {
        guard assignment.readingFails != nil, upkeep.damaged.isDamaged(assignment.key) else { return }
        var error = BrokerError(.other, name: "OFFSET_OUT_OF_RANGE")
        error.isOffsetLost = true
        renew(assignment, session, error)
    }

    private func readingGoesOn(_ assignment: Assignment) {
        if !upkeep.damaged.isEmpty { upkeep.damaged.read(assignment.key, to: assignment.position.next) }
        guard assignment.readingFails != nil else { return }
        assignment.readingFails = nil
        updateHealth()
    }

    /// The client says the same of a partition only once, and of an end too: asked from the same place it says what is so now.
    func readAgain() {
        guard let session = life.session else { return }
        for assignment in partitions.inOrder where assignment.phase == .open && assignment.readingFails != nil {
            if upkeep.damaged.hasStopped(assignment.key) {
                guard upkeep.damaged.takeDue(assignment.key, at: now) else {
                    look(at: assignment, session)
                    continue
                }
                return recover("\(assignment.key.name) is looked at again, by another session: its log was damaged")
            }
            assignment.isReadingHalted = false
            do {
                try session.seek(assignment.key, to: assignment.position.next)
            } catch {
                return recover("a partition could not be read again: \(error.description)")
            }
        }
    }

    private func reachedEnd(_ assignment: Assignment, _ offset: Int64) {
        readingGoesOn(assignment)
        switch assignment.position.end(offset, at: now) {
        case .drop: break
        case .seekBack: seekBack(assignment)
        // Markers of upstream transactions stand here; without this commit the partition would keep a lag of 1 for ever.
        case .take: advance(assignment, to: offset)
        }
    }

    private func accept(_ record: LentRecord, _ assignment: Assignment) {
        switch decode(record, assignment) {
        case .request(let decoded):
            admit(decoded, record.timestamp, assignment, offset: record.offset)
        case .command(let command):
            perform(command, assignment: assignment, offset: record.offset)
        case .deadLetter(let reason):
            tell(.deadLettered(reason.code, assignment.key, offset: record.offset))
            write(record, reason, of: assignment)
        }
    }

    private func decode(_ record: LentRecord, _ assignment: Assignment) -> DecodedRecord {
        let position = RecordPosition(topic: assignment.topic.name, partition: assignment.partition, offset: record.offset)
        var headers = RequestHeaders()
        record.withHeaders { headers.see(name: $0, value: $1) }
        return RequestDecoder.decode(
            key: record.key, value: record.value, headers: headers, at: position, timestamp: record.timestamp,
            isPriorityTopic: assignment.topic.isPriority, now: wallNow)
    }

    private func admit(_ decoded: SendRequest, _ timestamp: Int64, _ assignment: Assignment, offset: Int64) {
        var echo = decoded.echo
        let template = decoded.message.isTemplate ? gates.templates.look(decoded.message.text) : nil
        if case .parts(let parts)? = template { echo.parts = parts }
        let entry = LedgerEntry(
            echo: echo, message: decoded.message, offset: offset, timestamp: timestamp, isPriority: decoded.isPriority,
            policy: decoded.onUnknown?.notMilder(than: settings.send.onUnknownFloor), admittedAt: wallNow, sendAt: decoded.sendAt,
            expiresAt: decoded.expiresAt)
        let request = makeRequest(entry, assignment: assignment)
        let isOpen = assignment.live[request.hash] != nil
        guard assignment.dedup.judge(request.hash, isOpen: isOpen, at: wallNow) == .first else {
            tell(.repeated)
            compare(request, assignment)
            advance(assignment, to: offset.clampedSum(1))
            return
        }
        tell(.admitted)
        if template == .missing { tell(.templateMissing(id: entry.echo.id, assignment.key)) }
        if let event = refusal(of: request) { return publish(request, event, advance: offset.clampedSum(1)) }
        admit(request, advance: offset.clampedSum(1))
    }

    /// A repeat of other content is dropped like any other, and said: its client may think that it was sent.
    private func compare(_ again: PendingRequest, _ assignment: Assignment) {
        let first: LedgerEntry? =
            switch assignment.live[again.hash] {
            case .active(let request)?: request.entry
            case .tracked(let handle)?: tracker.entry(handle)
            case nil: nil
            }
        guard let differences = first?.differences(of: again.entry), !differences.isEmpty else { return }
        tell(.repeatDiffers(id: again.entry.echo.id, assignment.key, fields: differences))
    }

    /// What the operator forbids fails before it costs, and before anybody waits for it.
    private func refusal(of request: PendingRequest) -> EntryEvent? {
        request.entry.refuseSender(allowed: settings.send.allowedSenders, at: wallNow) ?? refusalOfSender(request)
            ?? request.entry.refuseLength(maxParts: settings.maxParts, at: wallNow)
    }

    private func refusalOfSender(_ request: PendingRequest) -> EntryEvent? {
        switch gates.senders.verdict(request.entry.message?.sender) {
        case .fine: return nil
        case .warn:
            tell(.senderNotUsable(id: request.entry.echo.id, request.assignment.key))
            return nil
        case .reject: return request.entry.refuseUnusableSender(at: wallNow)
        }
    }

    func makeRequest(_ entry: LedgerEntry, assignment: Assignment) -> PendingRequest {
        let order =
            settings.send.ordering == .key ? entry.echo.key.map { RequestHash(recordKey: $0, isPriority: entry.isPriority) } : nil
        return PendingRequest(
            entry: entry, assignment: assignment, hash: RequestHash(id: entry.echo.id), orderHash: order,
            isStrict: (entry.policy ?? settings.send.onUnknown) != .resend)
    }
}
