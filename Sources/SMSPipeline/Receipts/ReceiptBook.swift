package import Requests

/// Which part a receipt is about: parts by their ids, and the receipts that were here before their part was.
///
/// A receipt may come before the answer that gives its part an id, or to a process that does not own the request. So what matches nothing
/// stays, as long as an attempt of this process may still be accepted that began before it, or a partition is being restored that was
/// assigned before it. No clock decides. It outlives the ledger state in memory: what the centre said stays said.
package struct ReceiptBook: Sendable {
    /// What a receipt is to the one who reads it.
    package enum Verdict: Equatable, Sendable {
        case matches(PartPlace)
        /// It may be a message's that nobody knows yet.
        case kept
        /// Nobody waits for it: another process's message, or none of ours.
        case passed
    }

    private let account: UInt32
    private let checksAddress: Bool
    /// Receipts kept at most; more make the reader wait.
    private let limit: Int
    private var places: [RequestHash: [PartPlace]] = [:]
    /// In the order of their numbers, from `firstKept` on; nil: taken.
    private var kept: [Receipt?] = []
    private var firstKept = 0
    /// Where in `kept`, counted from the first there ever was.
    private var keptByID: [RequestHash: [Int]] = [:]
    private var forgotten = 0
    /// Numbers that requests admitted until then go by are those of a log that is gone; milliseconds since 1970.
    private var anewAt = Int64.min
    private var floors = ReceiptFloors()
    private var holds: Int64 = 0
    /// Behind the last receipt whose word has been taken, with all that were read with it.
    package private(set) var tail: ReceiptPosition
    package private(set) var keptCount = 0
    /// Of receipts whose id fits a part, and neither address does.
    package private(set) var mismatches = 0
    /// Of receipts that were kept until their part had its id.
    package private(set) var claimed = 0

    /// - Parameters:
    ///   - account: other accounts' receipts are passed.
    ///   - checksAddress: a receipt must have the part's recipient as one of its addresses.
    ///   - limit: of receipts that are kept.
    package init(account: UInt32, checksAddress: Bool, limit: Int, tail: ReceiptPosition) {
        self.account = account
        self.checksAddress = checksAddress
        self.limit = limit
        self.tail = tail
    }

    /// So much is kept that the reader must wait.
    package var isFull: Bool { keptCount >= limit }
    /// Those who wait for receipts.
    package var holderCount: Int { floors.holderCount }
    package var placeCount: Int { places.values.reduce(0) { $0 + $1.count } }

    // MARK: Who waits

    /// An attempt begins, or a partition is about to be opened: what comes from here on is kept until `release`.
    ///
    /// - Returns: what to release.
    package mutating func hold() -> ReceiptHold {
        holds += 1
        let hold = ReceiptHold(token: holds, position: tail)
        floors.add(hold)
        return hold
    }

    /// The same hold, for another who must be waited for as well.
    package mutating func join(_ hold: ReceiptHold) { floors.join(hold) }

    /// It can be accepted no more, or is open.
    package mutating func release(_ hold: ReceiptHold) {
        floors.release(hold)
        forget()
    }

    // MARK: Receipts

    /// The next receipt of the log.
    package mutating func take(_ receipt: Receipt) -> Verdict {
        guard receipt.account == account, receipt.status != nil, !receipt.ids.isEmpty else { return .passed }
        let (place, isOthers) = match(receipt)
        if let place { return .matches(place) }
        if isOthers { mismatches += 1 }
        return keep(receipt) ? .kept : .passed
    }

    /// - Returns: false: nobody waits from so far back.
    @discardableResult
    package mutating func keep(_ receipt: Receipt) -> Bool {
        guard let lowest = floors.lowest, receipt.number >= lowest.next else { return false }
        for id in receipt.ids { keptByID[id, default: []].append(forgotten + kept.count) }
        kept.append(receipt)
        keptCount += 1
        return true
    }

    /// All that was read together has been taken. What is written meanwhile goes by the position of before: it may say less than it knows.
    package mutating func reached(_ next: ReceiptPosition) { if next.next >= tail.next { tail = next } }

    /// Reading goes on elsewhere. Further on, the log was cut; before what was read, another one stands under the same name: its numbers mean
    /// nothing of before, and those who wait, wait from its beginning.
    ///
    /// - Parameter wall: now, milliseconds since 1970.
    /// - Returns: whether it is another log.
    package mutating func beginAgain(at next: ReceiptPosition, _ wall: Int64) -> Bool {
        let isAnother = next.next < tail.next
        tail = next
        floors.move(to: next)
        for index in kept.indices { kept[index] = kept[index].map { $0.renumbered(next.next) } }
        guard isAnother else { return false }
        isAnew(since: wall)
        for (id, list) in places { places[id] = list.map(Self.ofLogBefore) }
        return true
    }

    /// The log began then, or was another one until then: what was admitted before may go by the numbers of one that is gone.
    package mutating func isAnew(since wall: Int64) { anewAt = max(anewAt, wall) }

    /// From where receipts may be about a request.
    ///
    /// A request says the number at which it began, and not in which log. By the number alone it would be taken for one of this log as soon
    /// as that has grown past it. So time tells, which every owner of its partition can ask for: who was admitted before this log's first
    /// record began in another one, or in this one where it was empty, and no receipt here is before it. (Who was admitted before and began
    /// later loses the number, and nothing else: of two with one id the other is meant.)
    package func start(_ from: Int64, admittedAt: Int64) -> Int64 { admittedAt <= anewAt ? Self.ofLogBefore(from) : from }

    /// Below all numbers, in the order of that log.
    private static func ofLogBefore(_ from: Int64) -> Int64 { from < 0 ? from : .min + from }

    private static func ofLogBefore(_ place: PartPlace) -> PartPlace {
        var place = place
        place.from = ofLogBefore(place.from)
        return place
    }

    /// Whom a receipt is about, of the parts that are known: of several the one whose request began last, for centres use ids again.
    ///
    /// - Returns: whether its id is a part's, and neither of its addresses that one's.
    package func match(_ receipt: Receipt) -> (PartPlace?, isOthers: Bool) {
        var isOthers = false
        for id in receipt.ids {
            let candidates = places[id, default: []].filter { $0.from <= receipt.number }
            let near = candidates.filter { !checksAddress || isNear(receipt, $0) }
            if near.isEmpty, !candidates.isEmpty { isOthers = true }
            if let place = near.max(by: { ($0.from, $0.part) < ($1.from, $1.part) }) { return (place, false) }
        }
        return (nil, isOthers)
    }

    private func isNear(_ receipt: Receipt, _ place: PartPlace) -> Bool {
        receipt.addresses.0 == place.address || receipt.addresses.1 == place.address
    }

    // MARK: Parts

    /// A part has an id.
    ///
    /// - Parameter place: with its request's `start`.
    /// - Returns: what receipts of before say of it, in the order of their numbers: to be written in one operation with the acceptance.
    package mutating func add(_ place: PartPlace, id: RequestHash) -> [MessageStatus] {
        if !places[id, default: []].contains(place) { places[id, default: []].append(place) }
        var statuses: [MessageStatus] = []
        for index in keptByID[id] ?? [] {
            guard let receipt = kept[index - forgotten], match(receipt).0 == place else { continue }
            if let status = receipt.status { statuses.append(status) }
            claimed += 1
            drop(index)
        }
        return statuses
    }

    /// Its request is closed.
    package mutating func remove(_ place: PartPlace, id: RequestHash) {
        guard var list = places[id] else { return }
        list.removeAll { $0 == place }
        places[id] = list.isEmpty ? nil : list
    }

    /// The partition is another's, or about to be read again.
    package mutating func removeAll(of partition: PartitionKey) {
        for (id, list) in places {
            let left = list.filter { $0.partition != partition }
            if left.count != list.count { places[id] = left.isEmpty ? nil : left }
        }
    }

    // MARK: What is kept

    private mutating func drop(_ index: Int) {
        guard let receipt = kept[index - forgotten] else { return }
        kept[index - forgotten] = nil
        keptCount -= 1
        for id in receipt.ids {
            let left = keptByID[id, default: []].filter { $0 != index }
            keptByID[id] = left.isEmpty ? nil : left
        }
    }

    private mutating func forget() {
        let lowest = floors.lowest?.next ?? .max
        while firstKept < kept.count {
            if let receipt = kept[firstKept] {
                guard receipt.number < lowest else { break }
                drop(forgotten + firstKept)
            }
            firstKept += 1
        }
        if firstKept > 64, firstKept * 2 > kept.count {
            kept.removeFirst(firstKept)
            forgotten += firstKept
            firstKept = 0
        }
    }
}
