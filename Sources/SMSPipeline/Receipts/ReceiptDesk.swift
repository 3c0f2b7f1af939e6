package import Requests
package import Time

/// All that the pipeline knows of receipts: the book, who must still be waited for, and what is being looked for in the log.
///
/// | position | is |
/// | --- | --- |
/// | `from` of an entry | the tail when its first intent was made |
/// | a hold | the tail when an attempt began, or a partition was about to be opened |
/// | `applied` of a partition | the lowest hold of its attempts; without one, the tail; while it is looked back for an operator's ids, from where |
///
/// Survives whatever is rebuilt on Kafka's side, as the attempts do.
package struct ReceiptDesk: ~Copyable {
    /// A part that was told as unknown: an answer may still come, as long as the link remembers it.
    package struct LatePart {
        package let partition: PartitionKey
        package let request: RequestHash
        /// Of the request's record.
        let offset: Int64
        /// Of the attempt.
        let mark: UInt64
        package let part: Int
        let hold: ReceiptHold
        /// Another attempt of the request has begun: an answer says nothing any more.
        var isOvertaken = false

        /// The centre has taken it after all.
        func accepted(_ id: String) -> LateAcceptance {
            LateAcceptance(partition: partition, request: request, offset: offset, mark: mark, part: part, id: id)
        }
    }

    /// More are not kept: reading waits.
    private static let keptLimit = 100_000
    /// How far a partition's recorded position may be behind, in receipts; see `Upkeep` for the time.
    package static let renewalDistance: Int64 = 50_000

    package let settings: ReceiptSettings?
    package private(set) var book: ReceiptBook?
    private var floors: [PartitionKey: ReceiptFloors] = [:]
    private var late: [UInt64: LatePart] = [:]
    private var wanted: [CatchUp] = []
    /// From where it is being looked back for ids that an operator gave.
    private var lookBacks: [PartitionKey: [Int64]] = [:]
    private var searched: (tag: UInt64, asked: [CatchUp])?
    private var tags: UInt64 = 0
    private var searchAgainAt: MonotonicInstant?
    private var question: (tag: UInt64, askedAt: MonotonicInstant)?
    private var ends: (number: Int64, askedAt: MonotonicInstant)?
    /// All receipts that were in the log then have been read.
    package private(set) var completeSince: MonotonicInstant?

    package init(_ settings: ReceiptSettings?) { self.settings = settings }

    /// Whether messages go out in parts, and receipts tell of them.
    package var isOn: Bool { settings != nil }
    /// No submission begins before the end of the log was reached once.
    package var isReady: Bool { !isOn || book != nil }
    package var lateCount: Int { late.count }
    package var mustWait: Bool { book?.isFull ?? false }

    // MARK: The log

    package mutating func started(at position: ReceiptPosition, at now: MonotonicInstant) {
        guard let settings else { return }
        if book == nil {
            book = ReceiptBook(
                account: settings.account, checksAddress: settings.checksAddress, limit: Self.keptLimit, tail: position)
            completeSince = now
        }
    }

    package mutating func take(_ receipt: Receipt) -> ReceiptBook.Verdict { book?.take(receipt) ?? .passed }

    package mutating func keep(_ receipt: Receipt) { book?.keep(receipt) }

    package func match(_ receipt: Receipt) -> PartPlace? { book?.match(receipt).0 }

    package mutating func reached(_ next: ReceiptPosition) {
        book?.reached(next)
        lookAtEnd()
    }

    /// The log was cut, or another one stands under the same name: then what is looked back for is looked for from its beginning.
    ///
    /// - Parameter wall: now, milliseconds since 1970.
    package mutating func beginAgain(at next: ReceiptPosition, _ wall: Int64) {
        let isAnother = book?.beginAgain(at: next, wall) ?? false
        for key in floors.keys { floors[key]?.move(to: next) }
        (question, ends) = (nil, nil)
        guard isAnother else { return }
        for (key, positions) in lookBacks { lookBacks[key] = positions.map { _ in next.next } }
        wanted = wanted.map { $0.moved(to: next) }
        if let searched { self.searched = (searched.tag, searched.asked.map { $0.moved(to: next) }) }
    }

    /// From where receipts may be about a request of this door.
    package func start(of entry: LedgerEntry) -> Int64 {
        guard let from = entry.submission?.from else { return 0 }
        // No intent is made before its time.
        return book?.start(from, admittedAt: max(entry.admittedAt, entry.sendAt ?? 0)) ?? from
    }

    // MARK: Attempts

    package mutating func attemptBegins(of partition: PartitionKey) -> ReceiptHold? {
        guard let hold = book?.hold() else { return nil }
        floors[partition, default: ReceiptFloors()].add(hold)
        return hold
    }

    /// Its outcome is written, or a fact that the ledger will ask for.
    package mutating func attemptEnded(of partition: PartitionKey, _ hold: ReceiptHold) {
        book?.release(hold)
        floors[partition]?.release(hold)
        if floors[partition]?.lowest == nil { floors[partition] = nil }
    }

    /// The attempt is over for its request; its last part may still be answered.
    package mutating func unanswered(_ tag: UInt64, _ part: LatePart) {
        book?.join(part.hold)
        floors[part.partition]?.join(part.hold)
        late[tag] = part
    }

    /// - Returns: nil where no answer says anything any more. To be given to `lateEnded`.
    package mutating func takeLate(_ tag: UInt64) -> LatePart? { late.removeValue(forKey: tag) }

    package mutating func lateEnded(_ part: LatePart) { attemptEnded(of: part.partition, part.hold) }

    package mutating func overtaken(_ request: RequestHash, of partition: PartitionKey) {
        for (tag, part) in late where part.request == request && part.partition == partition { late[tag]?.isOvertaken = true }
    }

    // MARK: Parts

    package mutating func add(_ place: PartPlace, id: RequestHash) -> [MessageStatus] { book?.add(place, id: id) ?? [] }

    package mutating func remove(_ place: PartPlace, id: RequestHash) { book?.remove(place, id: id) }

    package mutating func removeAll(of partition: PartitionKey) { book?.removeAll(of: partition) }

    // MARK: Positions

    /// Every receipt below it is applied to this partition, by what was written so far.
    package func applied(to partition: PartitionKey) -> LedgerCodec.AppliedReceipts? {
        guard let settings, let book else { return nil }
        var position = floors[partition]?.lowest ?? book.tail
        if let back = lookBacks[partition]?.min(), back < position.next { position = ReceiptPosition(next: back, timestamp: -1) }
        return LedgerCodec.AppliedReceipts(fingerprint: settings.fingerprint, position: position)
    }

    // MARK: Looking back

    /// - Returns: what holds receipts until it is open: to be given to `opened`.
    package mutating func holdForOpening(_ partition: PartitionKey) -> ReceiptHold? {
        guard let hold = floors[partition]?.joinLowest() else { return book?.hold() }
        book?.join(hold)
        return hold
    }

    /// What holds it may be an attempt's of the partition too.
    package mutating func opened(_ partition: PartitionKey, _ hold: ReceiptHold) { attemptEnded(of: partition, hold) }

    package mutating func holdForLookingBack() -> ReceiptHold? { book?.hold() }

    package mutating func want(_ catchUp: CatchUp) {
        wanted.append(catchUp)
        if case .resolved(let partition, _, _, _) = catchUp.asker { lookBacks[partition, default: []].append(catchUp.from.next) }
    }

    /// What was found of it is written down.
    package mutating func lookedBack(_ catchUp: CatchUp) {
        guard case .resolved(let partition, _, _, let hold) = catchUp.asker else { return }
        if let hold { book?.release(hold) }
        guard let index = lookBacks[partition]?.firstIndex(of: catchUp.from.next) else { return }
        lookBacks[partition]?.remove(at: index)
        if lookBacks[partition]?.isEmpty == true { lookBacks[partition] = nil }
    }

    /// For ids that its entries learnt later than their receipts may have come.
    package func isLookingBack(for partition: PartitionKey) -> Bool { lookBacks[partition] != nil }

    /// Operators' ids that are looked for.
    package var lookBackCount: Int {
        (wanted + (searched?.asked ?? [])).count { if case .resolved = $0.asker { true } else { false } }
    }

    /// It could not be read: again, not at once.
    package mutating func wantAgain(_ asked: [CatchUp], at instant: MonotonicInstant) {
        wanted += asked
        searchAgainAt = instant
    }

    /// One pass over the log for all who wait for one.
    package mutating func nextSearch(at now: MonotonicInstant) -> (search: ReceiptSearch, tag: UInt64)? {
        if let again = searchAgainAt, now < again { return nil }
        guard searched == nil, let book, let first = wanted.min(by: { $0.from.next < $1.from.next }) else { return nil }
        tags += 1
        searched = (tags, wanted)
        searchAgainAt = nil
        let search = ReceiptSearch(
            ids: wanted.reduce(into: []) { $0.formUnion($1.ids) }, from: first.from,
            known: wanted.flatMap { [$0.from] + $0.known }.filter { $0 != first.from },
            end: book.tail.next)
        wanted = []
        return (search, tags)
    }

    /// - Returns: who asked; empty for an answer to nobody.
    package mutating func found(_ tag: UInt64) -> [CatchUp] {
        guard let asked = searched, asked.tag == tag else { return [] }
        searched = nil
        return asked.asked
    }

    /// What a search says of the log itself.
    ///
    /// - Parameter wall: now, milliseconds since 1970.
    package mutating func learn(_ findings: ReceiptFindings, at wall: Int64) {
        book?.isAnew(since: findings.isAnotherLog ? wall : findings.beganAt)
    }

    // MARK: The end of the log

    /// Whether all receipts that were in the log at an instant have been read. If that is not known, it is asked.
    ///
    /// - Returns: with a tag to ask the log with.
    package mutating func isComplete(since instant: MonotonicInstant, at now: MonotonicInstant) -> (Bool, ask: UInt64?) {
        if let completeSince, completeSince >= instant { return (true, nil) }
        guard question == nil, ends == nil else { return (false, nil) }
        tags += 1
        question = (tags, now)
        return (false, tags)
    }

    package mutating func answered(_ tag: UInt64, end: Int64?) {
        guard let asked = question, asked.tag == tag else { return }
        question = nil
        if let end { ends = (end, asked.askedAt) }
        lookAtEnd()
    }

    private mutating func lookAtEnd() {
        guard let ends, let book, book.tail.next >= ends.number else { return }
        completeSince = ends.askedAt
        self.ends = nil
    }
}
