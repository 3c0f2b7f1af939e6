/// What a ledger partition says of its held requests, or of one request: a fold of its records in log order, for the operator's commands.
package struct LedgerInquiry: Sendable {
    package enum Subject: Equatable, Sendable {
        case held
        /// UTF-8.
        case request(id: [UInt8])
    }

    package struct Answer: Equatable, Sendable {
        /// Nil: closed, which leaves nothing but its id.
        package let entry: LedgerEntry?
        /// The request's record.
        package let offset: Int64
        /// When the ledger learned of this state: milliseconds since 1970.
        package let writtenAt: Int64
    }

    private let subject: Subject
    private var found: [[UInt8]: Answer] = [:]

    package init(_ subject: Subject) { self.subject = subject }

    /// In log order of the requests.
    package var answers: [Answer] { found.values.sorted { $0.offset < $1.offset } }

    /// - Throws: `LedgerError` for a record that no worker of this format wrote.
    package mutating func add(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, timestamp: Int64) throws(LedgerError) {
        guard let key else { throw .malformed }
        if key.isEmpty { return }
        if case .request(let id) = subject, !key.elementsEqual(id) { return }
        guard let value, case let head = try LedgerCodec.head(value), subject != .held || head.state == .held else {
            found[[UInt8](key)] = nil
            return
        }
        switch try LedgerCodec.decode(value) {
        case .open(let entry): found[[UInt8](key)] = Answer(entry: entry, offset: entry.offset, writtenAt: timestamp)
        case .closed(let closed): found[[UInt8](key)] = Answer(entry: nil, offset: closed.offset, writtenAt: timestamp)
        }
    }
}
