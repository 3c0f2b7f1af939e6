/// What a ledger partition says of its open requests, or of one request: a fold of its records in log order, for the operator's commands.
package struct LedgerInquiry: Sendable {
    package enum Subject: Equatable, Sendable {
        /// Those in one of these states.
        case open([LedgerEntry.State])
        /// UTF-8.
        case request(id: [UInt8])
        /// In any state.
        case requests(ids: Set<[UInt8]>)
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
    /// Records that no worker of this format wrote, of what is asked for. The others are answered all the same.
    package private(set) var damaged: DamagedRecords

    /// - Parameter now: the reader's clock, milliseconds since 1970.
    package init(_ subject: Subject, now: Int64) {
        self.subject = subject
        damaged = DamagedRecords(now: now)
    }

    /// In log order of the requests.
    package var answers: [Answer] { found.values.sorted { $0.offset < $1.offset } }

    /// Of what is asked for, those that the ledger has: open, closed or in a record that nobody can read.
    package var knownIDs: Set<[UInt8]> { Set(found.keys).union(damaged.damages.map(\.key)) }

    /// - Parameter offset: of the ledger's record.
    package mutating func add(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, timestamp: Int64, at offset: Int64) {
        guard let key, !key.isEmpty else { return }
        switch subject {
        case .request(let id): guard key.elementsEqual(id) else { return }
        case .requests(let ids): guard ids.contains([UInt8](key)) else { return }
        case .open: break
        }
        damaged.add(key: key, value: value, at: offset)
        found[[UInt8](key)] = value.flatMap { answer(key, $0, timestamp) }
    }

    private func answer(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ timestamp: Int64) -> Answer? {
        guard let head = try? LedgerCodec.head(value, key: key) else { return nil }
        if case .open(let states) = subject, !states.contains(head.state) { return nil }
        switch try? LedgerCodec.decode(value) {
        case .open(let entry): return Answer(entry: entry, offset: entry.offset, writtenAt: timestamp)
        case .closed(let closed): return Answer(entry: nil, offset: closed.offset, writtenAt: timestamp)
        case nil: return nil
        }
    }
}
