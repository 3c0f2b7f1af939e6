internal import Requests
internal import Time

/// How decisions become operations of the commit queue.
extension Pipeline {
    /// A ledger record of the request's entry, with its event where there is one.
    func write(
        _ request: PendingRequest, event: EntryEvent? = nil, advance: Int64? = nil, completion: CommitQueue.Completion = .none,
        isUrgent: Bool = false
    ) {
        write(request.entry, assignment: request.assignment, event: event, advance: advance, completion: completion, isUrgent: isUrgent)
    }

    func write(
        _ entry: LedgerEntry, assignment: Assignment, event: EntryEvent?, advance: Int64? = nil,
        completion: CommitQueue.Completion = .none, isUrgent: Bool = false
    ) {
        if let event {
            eventValue.removeAll(keepingCapacity: true)
            eventHeaders.removeAll()
            let position = RecordPosition(topic: assignment.topic.name, partition: assignment.partition, offset: entry.offset)
            eventEncoder.encode(event, of: entry.echo, at: wallNow, position: position, value: &eventValue, headers: &eventHeaders)
            tell(.event(event))
            if event.sequence == 1, let age = entry.age(at: wallNow) { tell(.firstEvent(after: age)) }
        }
        commits.append(
            assignment, at: now, entry: entry.offset, advance: advance, completion: completion, isUrgent: isUrgent
        ) { operation in
            operation.record(.ledger, key: entry.echo.id) { LedgerCodec.encode(entry, into: &$0) }
            guard event != nil else { return }
            operation.record(.status, key: StatusEventEncoder.key(of: entry.echo), headers: eventHeaders) {
                $0.append(contentsOf: self.eventValue)
            }
        }
    }

    /// An offset alone: a repeat that was dropped, the end of a partition. It goes with the next transaction.
    func advance(_ assignment: Assignment, to offset: Int64) {
        commits.append(assignment, at: now, advance: offset) { _ in }
    }
}
