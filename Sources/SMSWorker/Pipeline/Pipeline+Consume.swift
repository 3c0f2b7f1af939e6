internal import EventLoop
internal import Kafka
internal import Logging
internal import Metrics

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
            lastRoom = loop.now
            return true
        }
        return loop.now - lastRoom > .milliseconds(200)
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
        drainEvents(session)
        guard self.session === session else { return }
        var count = 0
        // Handling an event may start over: the old session's queues are freed then, and the new one's are read in a turn of their own.
        while self.session === session, mayReadPriority, let event = session.priorityQueue.poll() {
            handle(event)
            count += 1
            guard count < Self.recordsPerTurn else {
                mayReadMore = true
                return
            }
        }
        while self.session === session, mayReadBulk(), let event = session.bulkQueue.poll() {
            handle(event)
            count += 1
            guard count < Self.recordsPerTurn else {
                mayReadMore = true
                return
            }
        }
    }

    private func handle(_ event: consuming ConsumerEvent) {
        switch consume event {
        case .record(let record): consume(record)
        case .endOfPartition(let partition, let offset): reachedEnd(partition, offset)
        case .error(let error): consumerFailed(error)
        // Rebalances and statistics come on the consumer's own queue alone.
        case .assign: break
        case .revoke: break
        case .statistics: break
        }
    }

    func consume(_ record: borrowing Record) {
        guard let assignment = assignment(record.topic, record.partition),
            assignment.isAlive, assignment.phase == .open
        else { return }
        switch assignment.position.record(record.offset, at: loop.now) {
        case .drop: return
        case .seekBack: return seekBack(assignment)
        case .take(let gap): if gap > 0 { metrics.gaps.increment() }
        }
        metrics.consumed.increment()
        accept(record, assignment)
    }

    /// Whose record this is, now; the map is emptied whenever an assignment comes or goes.
    private func assignment(_ topic: TopicIdentity, _ partition: Int32) -> Assignment? {
        let origin = RecordOrigin(topic: topic, partition: partition)
        if let cached = assignmentCache[origin] { return cached }
        let found = assignments[PartitionKey(topic: topic.name, partition: partition)]
        if let found { assignmentCache[origin] = found }
        return found
    }

    private func seekBack(_ assignment: Assignment) {
        metrics.seekBacks.increment()
        do {
            try session?.consumer.seek(assignment.topicPartition, to: assignment.position.next)
        } catch {
            recover("a partition could not be read again: \(error.description)")
        }
    }

    func reachedEnd(_ partition: TopicPartition, _ offset: Int64) {
        guard let assignment = assignments[PartitionKey(topic: partition.topic, partition: partition.partition)], assignment.isAlive,
            assignment.phase == .open
        else { return }
        switch assignment.position.end(offset, at: loop.now) {
        case .drop: break
        case .seekBack: seekBack(assignment)
        // Markers of upstream transactions stand here; without this commit the partition would keep a lag of 1 for ever.
        case .take: advance(assignment, to: offset)
        }
    }

    private func accept(_ record: borrowing Record, _ assignment: Assignment) {
        switch decode(record, assignment) {
        case .request(let decoded):
            admit(decoded, record.timestamp, assignment, offset: record.offset)
        case .command(let command):
            perform(command, assignment: assignment, offset: record.offset)
        case .deadLetter(let reason):
            reject(record, reason, assignment)
        }
    }

    private func decode(_ record: borrowing Record, _ assignment: Assignment) -> DecodedRecord {
        let position = RecordPosition(topic: assignment.topic.name, partition: assignment.partition, offset: record.offset)
        let isPriorityTopic = assignment.topic.isPriority
        var headers = RequestHeaders()
        record.withHeaders { headers.see(name: $0, value: $1) }
        return record.withKey { key in
            record.withValue { value in
                RequestDecoder.decode(key: key, value: value, headers: headers, at: position, isPriorityTopic: isPriorityTopic)
            }
        }
    }

    /// The record as it came, with the headers that say why; less of it where the topic would not take it whole.
    private func writeDeadLetter(_ record: borrowing Record, _ reason: DeadLetterReason, _ assignment: Assignment) {
        var originals = RecordHeaders()
        record.withHeaders { originals.append(name: $0, value: $1) }
        let key = record.withKey { $0.map { [UInt8]($0) } }
        let position = RecordPosition(topic: assignment.topic.name, partition: assignment.partition, offset: record.offset)
        record.withValue { value in
            let extent = deadLetterEncoder.encode(
                reason, at: position, timestamp: record.timestamp, key: key?.count ?? 0, value: value?.count ?? 0, originals: originals,
                now: wallNow, into: &eventHeaders)
            commits.append(assignment, at: loop.now, advance: record.offset + 1) { operation in
                let kept = extent == .everything ? value : nil
                operation.record(
                    .deadLetter, key: extent == .headersAlone ? nil : key, headers: eventHeaders,
                    value: kept.map { bytes in { $0.append(contentsOf: bytes) } })
            }
        }
    }

    private func admit(_ decoded: SendRequest, _ timestamp: Int64, _ assignment: Assignment, offset: Int64) {
        let entry = LedgerEntry(
            echo: decoded.echo, message: decoded.message, offset: offset, timestamp: timestamp, isPriority: decoded.isPriority,
            hasGeneratedID: decoded.hasGeneratedID, policy: decoded.onUnknown, admittedAt: wallNow, sendAt: decoded.sendAt,
            expiresAt: decoded.expiresAt)
        let request = makeRequest(entry, assignment: assignment)
        let isRepeat: Bool
        if assignment.open[request.hash] != nil {
            isRepeat = true
        } else if let second = assignment.closed.closedSecond(request.hash) {
            isRepeat = Int64(second) * 1_000 + configuration.dedup.window.milliseconds > wallNow
            if !isRepeat { assignment.closed.remove(request.hash) }
        } else {
            isRepeat = false
        }
        guard !isRepeat else {
            metrics.duplicates.increment()
            advance(assignment, to: offset + 1)
            return
        }
        metrics.admitted.increment()
        admit(request, advance: offset + 1)
    }

    private func reject(_ record: borrowing Record, _ reason: DeadLetterReason, _ assignment: Assignment) {
        metrics.deadLettered(reason.code)
        writeDeadLetter(record, reason, assignment)
        if let suppressed = rejectLog.admit(at: loop.now) {
            log.notice(
                "a record became a dead letter",
                metadata: [
                    LogKeys.code: "\(reason.code)", LogKeys.partition: "\(assignment.name)", LogKeys.offset: "\(record.offset)",
                    LogKeys.suppressed: "\(suppressed)",
                ])
        }
    }
}
