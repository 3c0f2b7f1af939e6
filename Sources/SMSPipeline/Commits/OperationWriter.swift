package import Requests

extension TransactionContent {
    /// The reserved empty key: whose ledger this is, and how far it has been read.
    package mutating func append(_ recorded: LedgerCodec.Recorded, owner: Int32) {
        var writer = OperationWriter(content: self, owner: owner)
        self = TransactionContent()
        writer.record(.ledger, key: []) { LedgerCodec.encode(recorded, into: &$0) }
        self = writer.content
    }
}

/// Appends the records of one operation to a transaction's arena.
package struct OperationWriter {
    package private(set) var content: TransactionContent
    private let owner: Int32
    package private(set) var hasTombstone = false

    package init(content: TransactionContent, owner: Int32) {
        self.content = content
        self.owner = owner
    }

    /// A record whose value `write` appends; nil: Kafka's null.
    package mutating func record(
        _ destination: TransactionContent.Destination, key: [UInt8]?, headers: RecordHeaders? = nil,
        value write: ((inout [UInt8]) -> Void)?
    ) {
        let keyRange = key.map { key in append { $0.append(contentsOf: key) } }
        let value = write.map { append($0) }
        let headerRange = headers.map { headers in append { HeaderList.append(headers, to: &$0) } } ?? 0..<0
        content.records.append(
            TransactionContent.Record(destination: destination, owner: owner, key: keyRange, value: value, headers: headerRange))
    }

    /// Kafka's null value: removes the key at the next compaction.
    package mutating func tombstone(key: [UInt8]) {
        let keyRange = append { $0.append(contentsOf: key) }
        content.records.append(TransactionContent.Record(destination: .ledger, owner: owner, key: keyRange, value: nil, headers: 0..<0))
        hasTombstone = true
    }

    private mutating func append(_ write: (inout [UInt8]) -> Void) -> Range<Int> {
        let start = content.bytes.count
        write(&content.bytes)
        return start..<content.bytes.count
    }
}
