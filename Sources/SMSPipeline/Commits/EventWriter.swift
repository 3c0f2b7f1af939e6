internal import Requests

/// Makes the bytes of what is decided: status events and dead letters. Its buffers are filled anew for each.
struct EventWriter: ~Copyable {
    private var events: StatusEventEncoder
    private let deadLetters: DeadLetterEncoder
    /// What stands before the value of each event.
    private let frame: [UInt8]
    private var value: [UInt8] = []
    private var headers = RecordHeaders()

    init(group: String, deadLetterLimit: Int, frame: [UInt8] = []) {
        self.frame = frame
        events = StatusEventEncoder(group: group)
        deadLetters = DeadLetterEncoder(limit: deadLetterLimit)
    }

    /// The ledger record of an entry, with its event where there is one.
    ///
    /// - Parameter wall: milliseconds since 1970.
    mutating func write(
        _ entry: LedgerEntry, encoded: [UInt8]?, _ event: EntryEvent?, of assignment: Assignment, at wall: Int64,
        to append: ((inout OperationWriter) -> Void) -> Void
    ) {
        guard let event else { return append { Self.ledger(entry, encoded, &$0) } }
        value.removeAll(keepingCapacity: true)
        value.append(contentsOf: frame)
        headers.removeAll()
        let position = RecordPosition(topic: assignment.topic.name, partition: assignment.partition, offset: entry.offset)
        events.encode(event, of: entry.echo, at: wall, position: position, value: &value, headers: &headers)
        let (value, headers) = (value, headers)
        append { operation in
            Self.ledger(entry, encoded, &operation)
            operation.record(.status, key: StatusEventEncoder.key(of: entry.echo), headers: headers) { $0.append(contentsOf: value) }
        }
    }

    private static func ledger(_ entry: LedgerEntry, _ encoded: [UInt8]?, _ operation: inout OperationWriter) {
        operation.record(.ledger, key: entry.echo.id) {
            if let encoded { $0.append(contentsOf: encoded) } else { LedgerCodec.encode(entry, into: &$0) }
        }
    }

    /// The record as it came, with the headers that say why; less of it where the topic would not take it whole.
    mutating func write(
        _ record: LentRecord, _ reason: DeadLetterReason, of assignment: Assignment, at wall: Int64,
        to append: ((inout OperationWriter) -> Void) -> Void
    ) {
        var originals = RecordHeaders()
        record.withHeaders { originals.append(name: $0, value: $1) }
        let key = record.key.map { [UInt8]($0) }
        let value = record.value
        let position = RecordPosition(topic: assignment.topic.name, partition: assignment.partition, offset: record.offset)
        let extent = deadLetters.encode(
            reason, at: position, timestamp: record.timestamp, key: key?.count ?? 0, value: value?.count ?? 0, originals: originals,
            now: wall, into: &headers)
        let headers = headers
        append { operation in
            let kept = extent == .everything ? value : nil
            operation.record(
                .deadLetter, key: extent == .headersAlone ? nil : key, headers: headers,
                value: kept.map { bytes in { $0.append(contentsOf: bytes) } })
        }
    }
}
