internal import Requests
internal import SMSPipeline

/// One ledger partition for the audit: of every id the little that is compared with the other topics.
struct AuditLedger: Sendable {
    struct Look: Sendable {
        let offset: Int64
        let hasUnknownOutcome: Bool
        /// Nil: closed.
        let sequence: UInt16?

        var isOpen: Bool { sequence != nil }
    }

    private var looks: [RequestHash: Look] = [:]
    /// Of ids that an earlier version made: the one that the request's record has now, and the one that the ledger has.
    private var aliases: [RequestHash: RequestHash] = [:]
    private var recorded: Int64 = 0
    private var highest: Int64 = 0
    /// Over SMPP, up to where receipts are applied.
    private(set) var applied: LedgerCodec.AppliedReceipts?
    private var parts: [RequestHash: LedgerEntry] = [:]

    /// Ids whose last record cannot be understood: nothing is said of them.
    private var unreadable: Set<RequestHash> = []

    /// Records that no worker of this format wrote and that nothing has replaced.
    var damaged: Int { unreadable.count }

    /// Open entries of messages that went out in parts, in the order of their requests.
    var inParts: [LedgerEntry] { parts.values.sorted { $0.offset < $1.offset } }

    /// Ids that are kept.
    var count: Int { looks.count }

    func isUnreadable(_ hash: RequestHash) -> Bool { !unreadable.isEmpty && unreadable.contains(hash) }

    /// Up to where the request partition has been read for certain.
    var recordedOffset: Int64 { max(recorded, highest) }

    /// Of the request whose record has this id.
    func look(_ hash: RequestHash) -> Look? { looks[hash] ?? aliases[hash].flatMap { looks[$0] } }

    /// - Throws: for a record that no worker of this format wrote; the audit goes on without it.
    mutating func add(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) throws(LedgerError) {
        guard let key else { throw .malformed }
        do throws(LedgerError) {
            try take(key, value)
            if !unreadable.isEmpty { unreadable.remove(RequestHash(id: key)) }
        } catch {
            unreadable.insert(RequestHash(id: key))
            throw error
        }
    }

    private mutating func take(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) throws(LedgerError) {
        if key.isEmpty {
            // It covers all before it; a repair may have set it lower.
            guard let value else { return }
            let record = try LedgerCodec.decodeRecorded(value)
            (recorded, highest, applied) = (record.offset, 0, record.receipts)
            return
        }
        guard let value else {
            looks[RequestHash(id: key)] = nil
            parts[RequestHash(id: key)] = nil
            return
        }
        let head = try LedgerCodec.head(value, key: key)
        highest = max(highest, head.offset + 1)
        let hash = RequestHash(id: key)
        if head.closedAt == nil, value[0] == LedgerCodec.submissionVersion, case .open(let entry) = try LedgerCodec.decode(value) {
            parts[hash] = entry
        } else if !parts.isEmpty {
            parts[hash] = nil
        }
        looks[hash] = Look(offset: head.offset, hasUnknownOutcome: head.hasUnknownOutcome, sequence: head.sequence)
        if head.hasTimelessID { aliases[RequestHash(timelessID: key, timestamp: head.timestamp)] = hash }
    }
}
