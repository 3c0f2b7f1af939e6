internal import Requests
package import SMSPipeline

/// What the log of receipts says of each id (SMPP), for whoever compares it with ledgers and events.
///
/// Memory: some 120 bytes for each id that a receipt names.
package struct AuditReceipts: Sendable {
    struct Word: Sendable {
        let number: Int64
        let status: MessageStatus
        let addresses: (UInt16, UInt16)
    }

    let settings: ReceiptSettings
    private let identity: MessageIdentity
    private var said: [RequestHash: [Word]] = [:]
    /// What retention has left; above 0 an id may have had receipts that are gone.
    private(set) var low: Int64 = 0
    /// Up to where they were read when the ledgers had not been read yet.
    private var firstEnd: Int64?
    /// Behind the last record that is known of.
    private(set) var end: Int64 = 0
    /// Message ids of a request's events, until it is known whether it has ended.
    private var named: [AuditPlace: [RequestHash]] = [:]
    /// Events that say DELIVERED, to be judged when the log has been read once more.
    private var delivered: [(position: RecordPosition, id: String, ids: [RequestHash])] = []
    private static let deliveredLimit = 1_000_000

    package init(_ settings: ReceiptSettings, _ identity: MessageIdentity) {
        self.settings = settings
        self.identity = identity
    }

    // MARK: The log

    package mutating func begins(at low: Int64) { if firstEnd == nil { self.low = low } }

    package mutating func add(_ receipt: Receipt) {
        guard receipt.account == settings.account, let status = receipt.status, status.isFinal else { return }
        for id in receipt.ids { said[id, default: []].append(Word(number: receipt.number, status: status, addresses: receipt.addresses)) }
    }

    /// Read up to here; the first time before the ledgers are, the second time when the events have been.
    package mutating func reached(_ end: Int64) {
        if firstEnd == nil { firstEnd = end }
        self.end = max(self.end, end)
    }

    // MARK: What it says

    /// The first final word on a part, of those that were read first.
    func final(of id: String, _ submission: Submission, below applied: Int64) -> Word? {
        said[identity.identity(of: id), default: []].first { word in
            let isNear = word.addresses.0 == submission.address || word.addresses.1 == submission.address
            return word.number >= submission.from && word.number < min(applied, firstEnd ?? 0) && (isNear || !settings.checksAddress)
        }
    }

    // MARK: Events

    mutating func see(_ event: PublishedEvent, at place: AuditPlace) {
        let ids = event.messageIDs.map(identity.identity(of:))
        named[place] = event.isFinal || ids.isEmpty ? nil : ids
        if event.isFinal, event.status == .delivered, delivered.count < Self.deliveredLimit {
            delivered.append((event.position, event.requestID, ids))
        }
    }

    /// Whether every id that a request's events name has a final receipt that its partition has applied.
    mutating func areOver(_ place: AuditPlace, below applied: Int64) -> Bool {
        guard let ids = named.removeValue(forKey: place) else { return false }
        return ids.allSatisfy { id in said[id]?.contains { $0.number < min(applied, firstEnd ?? 0) } ?? false }
    }

    /// Events that say DELIVERED of a message whose receipts do not: of those that any receipt names, for the others went by HTTP.
    func unfounded() -> [(position: RecordPosition, id: String)] {
        guard low == 0 else { return [] }
        return delivered.compactMap { event in
            let words = event.ids.map { said[$0, default: []] }
            guard words.contains(where: { !$0.isEmpty }), words.contains(where: { !$0.contains { $0.status == .delivered } }) else {
                return nil
            }
            return (event.position, event.id)
        }
    }
}
