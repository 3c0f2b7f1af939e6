import Requests
import SMSPipeline
import SMSWorker
import Time

/// A record as a reader sees it. Its bytes live as long as the cluster.
struct ClusterRecord {
    let key: PartitionKey
    let entry: LogEntry

    var topic: String { key.topic }
    var partition: Int32 { key.partition }
    var offset: Int64 { entry.offset }
    var timestamp: Int64 { entry.timestamp }
    var keyBytes: [UInt8]? { entry.key.map { [UInt8]($0) } }
    var valueBytes: [UInt8]? { entry.value.map { [UInt8]($0) } }

    func withHeaders(_ body: LentRecord.HeaderReader) { entry.readHeaders(body) }

    /// The value of the first header of this name.
    func header(_ name: StaticString) -> [UInt8]? {
        var found: [UInt8]?
        withHeaders { header, value in
            guard found == nil, header.count == name.utf8CodeUnitCount else { return }
            let isSame = header.elementsEqual(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
            if isSame { found = value.map { [UInt8]($0) } ?? [] }
        }
        return found
    }
}

extension LogEntry {
    func lent() -> LentRecord {
        LentRecord(
            offset: offset, timestamp: timestamp, key: key, value: value, context: headers,
            readHeaders: { Self.readHeaders(at: $0, $1) })
    }

    func readHeaders(_ body: LentRecord.HeaderReader) { Self.readHeaders(at: headers, body) }

    private static func readHeaders(at context: UnsafeRawPointer, _ body: LentRecord.HeaderReader) {
        let count = context.load(as: Int.self)
        guard count > 0 else { return }
        HeaderList.withEach(UnsafeRawBufferPointer(start: context + 8, count: count), body)
    }
}

/// A transaction at the moment of its decision: nothing of it may be visible yet, and all of it will be.
struct DecidedTransaction {
    let transactionalID: String
    /// The client whose producer it was.
    let holder: ObjectIdentifier?
    let isCommit: Bool
    /// By the broker: it was open too long, or its producer was fenced.
    let isByBroker: Bool
    /// In the order in which the broker took them.
    let records: [ClusterRecord]
    let offsets: [(partition: PartitionKey, offset: Int64)]
}
