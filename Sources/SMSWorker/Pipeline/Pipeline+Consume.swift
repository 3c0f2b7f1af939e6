internal import EventLoop
internal import Logging
internal import Metrics
internal import Requests
internal import SMSPipeline
internal import Time

/// Consuming: records one by one, each into an operation of the commit queue before the next is looked at.
extension Pipeline {
    /// Records read in one turn of the loop at most, so that answers and timers are never far away.
    static let recordsPerTurn = 512

    /// Whether a bulk record can be taken now. Reading stops when what is read could only wait; where that lasts, it goes on up to the bound
    /// on waiting requests, so that a `cancel` is seen.
    private func mayReadBulk() -> Bool {
        lookAtWaiting()
        guard !isDraining, commits.batches.count < 4, !isReadingStopped else { return false }
        if hasRoom {
            lastRoom = now
            return true
        }
        return now - lastRoom > .milliseconds(200)
    }

    /// Two marks: at `SEND_MAX_WAITING` reading stops, and goes on when a fifth of them has gone.
    func lookAtWaiting() {
        let most = configuration.send.maxWaiting
        if isReadingStopped, waitingLoad <= most - max(1, most / 5) {
            isReadingStopped = false
            log.notice("requests are read again", metadata: [LogKeys.waiting: "\(waitingCount)"])
        } else if !isReadingStopped, waitingLoad >= most {
            isReadingStopped = true
            log.warning(
                "as many requests wait as may (SEND_MAX_WAITING): no more are read, nor commands, until some of them are sent or end",
                metadata: [LogKeys.waiting: "\(waitingCount)"])
        }
    }

    /// The priority lane is always read, up to a bound of its own.
    var mayReadPriority: Bool { !isDraining && commits.batches.count < 8 && waitingLoad < configuration.send.maxWaiting * 2 }

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
        for assignment in order where assignment.topic.isPriority {
            read(assignment, session, &left) { $0.mayReadPriority }
        }
        for assignment in order where !assignment.topic.isPriority {
            read(assignment, session, &left) { $0.mayReadBulk() }
        }
        if left == 0 { mayReadMore = true }
    }

    /// Handling an event may start over: then nothing more of this session is read.
    private func read(
        _ assignment: Assignment, _ session: any LedgerSession, _ left: inout Int, while mayRead: (Pipeline) -> Bool
    ) {
        func isWanted(_ left: Int) -> Bool {
            left > 0 && self.session === session && assignment.isAlive && assignment.phase == .open && mayRead(self)
        }
        guard isWanted(left) else { return }
        session.read(assignment.key) { event in
            left -= 1
            switch event {
            case .record(let record): consume(record, assignment)
            case .end(let offset): reachedEnd(assignment, offset)
            case .failed(let error): consumerFailed(error)
            }
            return isWanted(left)
        }
    }

    private func consume(_ record: LentRecord, _ assignment: Assignment) {
        switch assignment.position.record(record.offset, at: now) {
        case .drop: return
        case .seekBack: return seekBack(assignment)
        case .take(let gap): if gap > 0 { metrics.gaps.increment() }
        }
        metrics.consumed.increment()
        accept(record, assignment)
    }

    private func seekBack(_ assignment: Assignment) {
        metrics.seekBacks.increment()
        do {
            try session?.seek(assignment.key, to: assignment.position.next)
        } catch {
            recover("a partition could not be read again: \(error.description)", isFencing: false)
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
        commits.append(assignment, at: now, advance: record.offset + 1) { operation in
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
            metrics.duplicates.increment()
            advance(assignment, to: offset + 1)
            return
        }
        metrics.admitted.increment()
        admit(request, advance: offset + 1)
    }

    private func reject(_ record: LentRecord, _ reason: DeadLetterReason, _ assignment: Assignment) {
        metrics.deadLettered(reason.code)
        writeDeadLetter(record, reason, assignment)
        if let suppressed = rejectLog.admit(at: now) {
            log.notice(
                "a record became a dead letter",
                metadata: [
                    LogKeys.code: "\(reason.code)", LogKeys.partition: "\(assignment.name)", LogKeys.offset: "\(record.offset)",
                    LogKeys.suppressed: "\(suppressed)",
                ])
        }
    }
}
