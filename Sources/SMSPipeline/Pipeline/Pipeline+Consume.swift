internal import Requests
internal import Time

/// Consuming: records one by one, each into an operation of the commit queue before the next is looked at.
extension Pipeline {
    /// Records read in one turn of the loop at most, so that answers and timers are never far away.
    static let recordsPerTurn = 512

    /// Whether a record of this partition can be taken now: up to the partition's share of what may wait, so that neither a key's line nor a
    /// partition's backlog stops another. Beyond what could begin, bulk topics are read only where that lasts, so that a `cancel` is seen.
    private func mayRead(_ assignment: Assignment) -> Bool {
        guard !isDraining, !isFull(assignment) else { return false }
        guard !assignment.topic.isPriority else { return commits.batches.count < 8 }
        guard commits.batches.count < 4 else { return false }
        if hasRoom {
            lastRoom = now
            return true
        }
        return now - lastRoom > .milliseconds(200)
    }

    /// Two marks: at its share reading stops, and goes on when a fifth of that has gone.
    private func isFull(_ assignment: Assignment) -> Bool {
        let most = max(500, settings.send.maxWaiting / max(1, assignments.count))
        // One that waits for its `sendAt` counts as a tenth, or a campaign for tomorrow would stop what is to be sent today.
        let load = assignment.waiting - assignment.scheduled + (assignment.scheduled + 9) / 10
        let fill = max(Double(load) / Double(most), Double(assignment.waitingBytes) / Double(most * Self.bytesOfOne))
        if assignment.isFull, fill <= 0.8 {
            assignment.isFull = false
            tell(.readingGoesOn(assignment.key, waiting: assignment.waiting))
        } else if !assignment.isFull, fill >= 1 {
            assignment.isFull = true
            tell(.readingStopped(assignment.key, waiting: assignment.waiting))
        }
        return assignment.isFull
    }

    /// What a waiting request may take in memory, on the average of a partition's share.
    private static let bytesOfOne = 4_096

    func readRecords() {
        mayReadMore = false
        guard let session else { return }
        takeEvents(session)
        guard self.session === session else { return }
        var left = Self.recordsPerTurn
        // Each turn another partition begins, so that a full turn leaves none behind for ever.
        let open = assignmentsInOrder.filter { $0.phase == .open }
        let begin = open.isEmpty ? 0 : ticksOfReading % open.count
        ticksOfReading &+= 1
        let order = open[begin...] + open[..<begin]
        for assignment in order where assignment.topic.isPriority { read(assignment, session, &left) }
        for assignment in order where !assignment.topic.isPriority { read(assignment, session, &left) }
        if left == 0 { mayReadMore = true }
    }

    /// Handling an event may start over: then nothing more of this session is read.
    private func read(_ assignment: Assignment, _ session: any LedgerSession, _ left: inout Int) {
        func isWanted(_ left: Int) -> Bool {
            left > 0 && self.session === session && assignment.isAlive && assignment.phase == .open && mayRead(assignment)
        }
        guard isWanted(left) else { return }
        session.read(assignment.key) { event in
            left -= 1
            switch event {
            case .record(let record): consume(record, assignment)
            case .end(let offset): reachedEnd(assignment, offset)
            case .failed(let error) where error.isOffsetLost: renew(assignment, session, error)
            case .failed(let error): consumerFailed(error)
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
        tell(.consumed)
        accept(record, assignment)
    }

    private func seekBack(_ assignment: Assignment) {
        tell(.seekBack)
        do {
            try session?.seek(assignment.key, to: assignment.position.next)
        } catch {
            recover("a partition could not be read again: \(error.description)")
        }
    }

    private func reachedEnd(_ assignment: Assignment, _ offset: Int64) {
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
            reject(record, reason, assignment)
        }
    }

    private func decode(_ record: LentRecord, _ assignment: Assignment) -> DecodedRecord {
        let position = RecordPosition(topic: assignment.topic.name, partition: assignment.partition, offset: record.offset)
        let isPriorityTopic = assignment.topic.isPriority
        var headers = RequestHeaders()
        record.withHeaders { headers.see(name: $0, value: $1) }
        return RequestDecoder.decode(
            key: record.key, value: record.value, headers: headers, at: position, timestamp: record.timestamp,
            isPriorityTopic: isPriorityTopic)
    }

    /// The record as it came, with the headers that say why; less of it where the topic would not take it whole.
    private func writeDeadLetter(_ record: LentRecord, _ reason: DeadLetterReason, _ assignment: Assignment) {
        var originals = RecordHeaders()
        record.withHeaders { originals.append(name: $0, value: $1) }
        let key = record.key.map { [UInt8]($0) }
        let value = record.value
        let position = RecordPosition(topic: assignment.topic.name, partition: assignment.partition, offset: record.offset)
        let extent = deadLetterEncoder.encode(
            reason, at: position, timestamp: record.timestamp, key: key?.count ?? 0, value: value?.count ?? 0, originals: originals,
            now: wallNow, into: &eventHeaders)
        commits.append(assignment, at: now, advance: record.offset.clampedSum(1)) { operation in
            let kept = extent == .everything ? value : nil
            operation.record(
                .deadLetter, key: extent == .headersAlone ? nil : key, headers: eventHeaders,
                value: kept.map { bytes in { $0.append(contentsOf: bytes) } })
        }
    }

    private func admit(_ decoded: SendRequest, _ timestamp: Int64, _ assignment: Assignment, offset: Int64) {
        let entry = LedgerEntry(
            echo: decoded.echo, message: decoded.message, offset: offset, timestamp: timestamp, isPriority: decoded.isPriority,
            policy: decoded.onUnknown, admittedAt: wallNow, sendAt: decoded.sendAt, expiresAt: decoded.expiresAt)
        let request = makeRequest(entry, assignment: assignment)
        let isOpen = assignment.open[request.hash] != nil
        guard assignment.dedup.judge(request.hash, isOpen: isOpen, at: wallNow) == .first else {
            tell(.repeated)
            advance(assignment, to: offset.clampedSum(1))
            return
        }
        tell(.admitted)
        admit(request, advance: offset.clampedSum(1))
    }

    private func reject(_ record: LentRecord, _ reason: DeadLetterReason, _ assignment: Assignment) {
        tell(.deadLettered(reason.code, assignment.key, offset: record.offset))
        writeDeadLetter(record, reason, assignment)
    }
}
