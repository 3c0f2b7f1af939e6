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
    private var floors = ReceiptFloors()
    /// The number of the next receipt.
    package private(set) var tail: Int64
    package private(set) var keptCount = 0
    /// Of receipts whose id fits a part, and neither address does.
    package private(set) var mismatches = 0

    /// - Parameters:
    ///   - account: other accounts' receipts are passed.
    ///   - checksAddress: a receipt must have the part's recipient as one of its addresses.
    ///   - limit: of receipts that are kept.
    package init(account: UInt32, checksAddress: Bool, limit: Int, tail: Int64) {
        self.account = account
        self.checksAddress = checksAddress
        self.limit = limit
        self.tail = tail
    }

    /// So much is kept that the reader must wait.
    package var isFull: Bool { keptCount >= limit }

    // MARK: Who waits

    /// An attempt begins, or a partition was assigned: what comes from here on is kept until `release`.
    ///
    /// - Returns: what to release.
    package mutating func hold() -> Int64 {
        floors.hold(tail)
        return tail
    }

    /// It can be accepted no more, or is open.
    package mutating func release(_ floor: Int64) {
        floors.release(floor)
        forget()
    }

    // MARK: Receipts

    /// The next receipt of the log.
    package mutating func take(_ receipt: Receipt) -> Verdict {
        tail = max(tail, receipt.number + 1)
        guard receipt.account == account, receipt.status != nil, !receipt.ids.isEmpty else { return .passed }
        if let place = match(receipt) { return .matches(place) }
        guard let lowest = floors.lowest, receipt.number >= lowest else { return .passed }
        for id in receipt.ids { keptByID[id, default: []].append(forgotten + kept.count) }
        kept.append(receipt)
        keptCount += 1
        return .kept
    }

    /// The log ends here, whatever its last records were.
    package mutating func reached(_ next: Int64) { tail = max(tail, next) }

    /// Whom a receipt is about, of the parts that are known: of several the one whose request began last, for centres use ids again.
    package mutating func match(_ receipt: Receipt) -> PartPlace? {
        for id in receipt.ids {
            let candidates = places[id, default: []].filter { $0.from <= receipt.number }
            let near = candidates.filter { !checksAddress || isNear(receipt, $0) }
            if near.isEmpty, !candidates.isEmpty { mismatches += 1 }
            if let place = near.max(by: { ($0.from, $0.part) < ($1.from, $1.part) }) { return place }
        }
        return nil
    }

    private func isNear(_ receipt: Receipt, _ place: PartPlace) -> Bool {
        receipt.addresses.0 == place.address || receipt.addresses.1 == place.address
    }

    // MARK: Parts

    /// A part has an id.
    ///
    /// - Returns: what receipts of before say of it, in the order of their numbers: to be written in one operation with the acceptance.
    package mutating func add(_ place: PartPlace, id: RequestHash) -> [MessageStatus] {
        if !places[id, default: []].contains(place) { places[id, default: []].append(place) }
        var statuses: [MessageStatus] = []
        for index in keptByID[id] ?? [] {
            guard let receipt = kept[index - forgotten], match(receipt) == place else { continue }
            if let status = receipt.status { statuses.append(status) }
            drop(index)
        }
        return statuses
    }

    /// Its request is closed, or its partition another's.
    package mutating func remove(_ place: PartPlace, id: RequestHash) {
        guard var list = places[id] else { return }
        list.removeAll { $0 == place }
        places[id] = list.isEmpty ? nil : list
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
        let lowest = floors.lowest ?? .max
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
