/// The closed ids of one partition within the dedup window: 20 bytes each in an open-addressing table,
/// 23 to 26 with its slack (load 0.77 to 0.87).
///
/// It answers "was this id closed, and when", to the second; the ids themselves stand in the ledger alone, and the sweep reads them there
/// when their time has come.
package struct ClosedIndex: Sendable {
    private struct Slot {
        var high: UInt64 = 0
        var low: UInt64 = 0
    }

    /// Parallel arrays, so that a slot takes 20 bytes and not 24. Second 0: the slot is free.
    private var hashes: [Slot] = []
    private var seconds: [UInt32] = []
    package private(set) var count = 0

    /// - Parameter capacity: so many need no more room than this.
    package init(capacity: Int = 0) {
        guard capacity > 0 else { return }
        let slots = max(16, capacity * 5 / 4)
        hashes = Array(repeating: Slot(), count: slots)
        seconds = Array(repeating: 0, count: slots)
    }

    /// Seconds since 1970, rounded down.
    package static func second(_ milliseconds: Int64) -> UInt32 { UInt32(clamping: max(1, milliseconds / 1_000)) }

    package var bytes: Int { hashes.count * MemoryLayout<Slot>.stride + seconds.count * 4 }

    package func closedSecond(_ hash: RequestHash) -> UInt32? {
        guard let index = find(hash) else { return nil }
        return seconds[index]
    }

    package mutating func insert(_ hash: RequestHash, closedAt milliseconds: Int64) {
        if let index = find(hash) {
            seconds[index] = Self.second(milliseconds)
            return
        }
        if (count + 1) * 100 > hashes.count * 87 { grow() }
        place(Slot(high: hash.high, low: hash.low), Self.second(milliseconds))
        count += 1
    }

    /// Backward-shift deletion: no tombstones, so the table never needs a rehash for them.
    package mutating func remove(_ hash: RequestHash) {
        guard var hole = find(hash) else { return }
        let capacity = hashes.count
        var next = hole + 1 == capacity ? 0 : hole + 1
        while seconds[next] != 0 {
            let home = Self.home(hashes[next].low, capacity)
            let distance = (next - home + capacity) % capacity
            let gap = (next - hole + capacity) % capacity
            if distance >= gap {
                hashes[hole] = hashes[next]
                seconds[hole] = seconds[next]
                hole = next
            }
            next = next + 1 == capacity ? 0 : next + 1
        }
        seconds[hole] = 0
        count -= 1
    }

    /// Visits every id, in no particular order, with the second in which it was closed.
    package func visitAll(_ body: (RequestHash, UInt32) -> Void) {
        for index in hashes.indices where seconds[index] != 0 {
            body(RequestHash(high: hashes[index].high, low: hashes[index].low), seconds[index])
        }
    }

    private static func home(_ low: UInt64, _ capacity: Int) -> Int { Int(low.multipliedFullWidth(by: UInt64(capacity)).high) }

    private func find(_ hash: RequestHash) -> Int? {
        let capacity = hashes.count
        guard capacity > 0 else { return nil }
        var index = Self.home(hash.low, capacity)
        while seconds[index] != 0 {
            if hashes[index].low == hash.low, hashes[index].high == hash.high { return index }
            index = index + 1 == capacity ? 0 : index + 1
        }
        return nil
    }

    private mutating func place(_ slot: Slot, _ second: UInt32) {
        let capacity = hashes.count
        var index = Self.home(slot.low, capacity)
        while seconds[index] != 0 { index = index + 1 == capacity ? 0 : index + 1 }
        hashes[index] = slot
        seconds[index] = second
    }

    private mutating func grow() {
        let (oldHashes, oldSeconds) = (hashes, seconds)
        let capacity = max(16, oldHashes.count * 9 / 8)
        hashes = Array(repeating: Slot(), count: capacity)
        seconds = Array(repeating: 0, count: capacity)
        for index in oldHashes.indices where oldSeconds[index] != 0 { place(oldHashes[index], oldSeconds[index]) }
    }
}
