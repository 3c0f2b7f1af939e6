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

    /// Ids whose last record cannot be understood: nothing is said of them.
    private var unreadable: Set<RequestHash> = []

    /// Records that no worker of this format wrote and that nothing has replaced.
    var damaged: Int { unreadable.count }

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
            if let value { (recorded, highest) = (try LedgerCodec.decodeRecorded(value).offset, 0) }
            return
        }
        guard let value else {
            looks[RequestHash(id: key)] = nil
            return
        }
        let head = try LedgerCodec.head(value, key: key)
        highest = max(highest, head.offset + 1)
        let hash = RequestHash(id: key)
        looks[hash] = Look(offset: head.offset, hasUnknownOutcome: head.hasUnknownOutcome, sequence: head.sequence)
        if head.hasTimelessID { aliases[RequestHash(timelessID: key, timestamp: head.timestamp)] = hash }
    }
}
