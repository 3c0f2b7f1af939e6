import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// Decided transactions: ledger entries, tombstones, offsets.
extension Judge {
    func decided(_ transaction: DecidedTransaction) {
        guard transaction.isCommit else { return }
        let writer = writer(transaction)
        trace.note(writer?.number ?? -1, "decided", describe(transaction))
        // Partitions take their records in any order; those of one are in the order of the worker's operations.
        touched.removeAll(keepingCapacity: true)
        for record in transaction.records {
            guard let index = index(ofLedger: record.key) else { continue }
            if let made = entry(record, partition: index, writer: writer) { touched.append(made) }
        }
        for record in transaction.records {
            if record.topic == Options.statusTopic {
                event(record)
            } else if record.topic == Options.deadLetterTopic {
                deadLetter(record)
            }
        }
        for (partition, offset) in transaction.offsets {
            if let index = index(ofRequests: partition) { committed(offset, partition: index) }
        }
    }

    private func entry(_ record: ClusterRecord, partition: Int, writer: SimulatedProcess?) -> RequestCase? {
        // The empty key says how far the partition was read.
        guard let keyBytes = record.entry.key, !keyBytes.isEmpty else { return nil }
        let key = [UInt8](keyBytes)
        let owner = partitions[partition].owners[key]
        guard let value = record.entry.value else {
            if let owner, owner.closedAt == nil { find(.tombstoneOverOpen, "\(owner.of.name), which is \(owner.of.state)") }
            partitions[partition].owners[key] = nil
            return nil
        }
        guard let look = EntryLook(value), let made = partitions[partition].find(offset: look.offset, timestamp: look.timestamp),
            made.kind == .request || made.kind == .copy, made.id == key
        else {
            find(.unknownRecord, "a ledger entry under \(String(decoding: key, as: UTF8.self))")
            return nil
        }
        if !made.isTaken {
            take(made, look, owner)
        } else if made.state == .closed {
            find(.afterClosed, "\(made.name) is \(look.state) again")
        }
        if made.hasUnknown, !look.hasUnknown { find(.hiddenUnknown, "\(made.name)") }
        if made.copies != nil { readParts(made, value) }
        change(made, look, writer)
        partitions[partition].owners[key] = (made, look.closedAt)
        return made
    }

    /// The first entry of a request: none of its id may be known.
    private func take(_ made: RequestCase, _ look: EntryLook, _ owner: (of: RequestCase, closedAt: Int64?)?) {
        made.isTaken = true
        taken += 1
        made.takenAs = taken
        made.admittedAt = look.state == .closed ? world.wall : look.admittedAt
        guard let owner, owner.of !== made else { return }
        guard let closedAt = owner.closedAt else {
            find(.twoOfOneID, "\(made.name) while \(owner.of.name) is \(owner.of.state)")
            return
        }
        if closedAt / 1_000 * 1_000 + options.dedupWindow.milliseconds > made.admittedAt + 1_000 {
            find(.repeatTaken, "\(made.name), \(owner.of.name) was closed \(made.admittedAt - closedAt) ms before")
        }
    }

    private func change(_ made: RequestCase, _ look: EntryLook, _ writer: SimulatedProcess?) {
        let before = made.state
        if made.state == .sending, look.state != .closed {
            judgeEnd(of: made, look, writer)
        } else if made.state == .sending, look.hasUnknown, !made.hasUnknown {
            judgeUnknown(made, writer)
        }
        switch look.state {
        case .sending:
            if look.mark != made.mark {
                made.mark = look.mark
                made.sendingSince = world.wall
                made.intentBegan = writer?.commitBegan ?? world.monotonic
                made.intentBy = writer
                caseOfMark[look.mark] = made
            }
        case .held:
            if before != .held {
                made.heldSince = world.wall
                made.wasHeld = true
            }
        case .waiting:
            if before == .held, made.copies == nil || made.parts.contains(where: { $0.state == .unknown }) { made.resends += 1 }
            // Back at the end of its line.
            if before == .sending { made.eligibleSince = nil }
        case .tracking, .closed: break
        }
        if before == .held, look.state != .held, let since = made.heldSince.take(), !isTakenAfterAll(made, look) {
            // The worker counts from its own decisions, and transactions may be late: held at least until an operator's word came; and one
            // that was there before may be read only now.
            let word = made.orders.first.map { $0 < made.sendingSince ? since : $0 } ?? world.wall
            made.heldFor += max(0, min(word, world.wall) - since)
        }
        made.state = look.state
        made.hasUnknown = look.hasUnknown
        guard look.state != .closed else { return }
        made.attempt = look.attempt
        made.unknownAttempts = look.unknownAttempts
    }

    /// A late answer ended it, no operator: its age goes on.
    private func isTakenAfterAll(_ made: RequestCase, _ look: EntryLook) -> Bool {
        made.copies != nil && look.state == .waiting && !made.parts.contains { $0.state == .unknown || $0.state == .presumed }
    }

    /// An attempt has ended without closing its request.
    private func judgeEnd(of made: RequestCase, _ look: EntryLook, _ writer: SimulatedProcess?) {
        if look.unknownAttempts > made.unknownAttempts { return judgeUnknown(made, writer) }
        guard look.state == .waiting, look.attempt < made.attempt, !begun.contains(made.mark), let writer, writer === made.intentBy else {
            return
        }
        if made.wasAcceptedLate { return }
        // In one transaction: what was in its way came while both waited for it.
        guard writer.commitBegan != made.intentBegan else { return }
        // Something was in its way since its transaction began, or its lease may have grown old.
        guard writer.disturbedAt < made.intentBegan, world.monotonic - made.intentBegan < options.session / 2 else { return }
        find(.withdrawnWithoutCause, "\(made.name) by p\(writer.number)")
    }

    /// *Unknown* is for what may have left, or whose process is gone.
    private func judgeUnknown(_ made: RequestCase, _ writer: SimulatedProcess?) {
        judgeDrain(made, writer)
        guard !begun.contains(made.mark), let writer, writer === made.intentBy else { return }
        find(.unknownWithoutCause, "\(made.name) by p\(writer.number)")
    }

    /// Who is told to stop commits what it knows, as long as its limit lasts.
    private func judgeDrain(_ made: RequestCase, _ writer: SimulatedProcess?) {
        guard let process = made.intentBy, process !== writer, case .drained = process.end, !process.hasStoodStill, !hasTwins,
            made.acceptedMark == made.mark, let since = process.drainingSince, made.acceptanceKnownAt >= since,
            made.acceptanceKnownAt <= since + options.drainLimit, !options.hasClusterFaults
        else { return }
        find(.drainedAway, "\(made.name) by p\(process.number)")
    }

    // MARK: Offsets

    private func committed(_ offset: Int64, partition: Int) {
        if offset < partitions[partition].committed, !offsetsWereLost, !topicsWereRecreated {
            find(.offsetBack, "\(partitions[partition].key.topic)-\(partition): \(partitions[partition].committed) to \(offset)")
        }
        partitions[partition].committed = offset
        let end = min(offset, Int64(partitions[partition].cases.count))
        while partitions[partition].covered < end {
            let made = partitions[partition].cases[Int(partitions[partition].covered)]
            partitions[partition].covered += 1
            if !isAccounted(made) { find(.offsetAhead, "\(made.name), a \(made.kind), below \(offset)") }
        }
    }

    private func isAccounted(_ made: RequestCase) -> Bool {
        switch made.kind {
        case .command: return true
        case .bad: return made.deadLetters > 0
        case .request, .copy:
            if made.isTaken { return true }
            // A repeat: an earlier one has its id.
            return hasEarlier(made)
        }
    }

    func hasEarlier(_ made: RequestCase) -> Bool {
        let course = partitions[made.partition]
        return course.cases.contains { $0 !== made && $0.offset < made.offset && $0.id == made.id && ($0.isTaken || $0.kind == .copy) }
            || course.former.contains { $0.id == made.id }
    }

    private func deadLetter(_ record: ClusterRecord) {
        guard let topic = record.header("dlq-topic"), let partition = record.header("dlq-partition"),
            let offset = record.header("dlq-offset"),
            let number = Int32(String(decoding: partition, as: UTF8.self)), let at = Int64(String(decoding: offset, as: UTF8.self)),
            let index = index(ofRequests: PartitionKey(topic: String(decoding: topic, as: UTF8.self), partition: number)),
            at < partitions[index].cases.count
        else { return find(.unknownRecord, "a dead letter") }
        let made = partitions[index].cases[Int(at)]
        made.deadLetters += 1
        // A dead process's transaction may be decided when its topic is another already.
        if made.kind != .bad, !partitions[index].former.contains(where: { $0.offset == at && $0.kind == .bad }) {
            find(.unknownRecord, "a dead letter of \(made.name), a \(made.kind)")
        }
        if made.deadLetters > 1, !offsetsWereLost, !topicsWereRecreated { find(.unknownRecord, "a second dead letter of \(made.name)") }
    }

    private func describe(_ transaction: DecidedTransaction) -> String {
        var text = transaction.transactionalID
        for record in transaction.records {
            let key = record.entry.key.map { String(decoding: $0, as: UTF8.self) } ?? "null"
            if index(ofLedger: record.key) != nil {
                let what: String
                if key.isEmpty {
                    what = "recorded"
                } else if let value = record.entry.value, let look = EntryLook(value) {
                    what =
                        "\(look.state)\(look.state == .sending ? " #\(look.attempt) \(String(look.mark, radix: 16))" : "")\(look.hasUnknown ? " unknown" : "")"
                } else {
                    what = "tombstone"
                }
                text += " | L\(record.partition) \(key): \(what)"
            } else if let look = EventLook(record) {
                text +=
                    " | event @\(look.offset)/\(look.sequence) \(look.status)\(look.isFinal ? " final" : "")\(look.isPossibleDuplicate ? " possibleDuplicate" : "")"
            } else {
                text += " | \(record.topic)"
            }
        }
        for (partition, offset) in transaction.offsets { text += " | \(partition.topic)-\(partition.partition) → \(offset)" }
        return text
    }
}
