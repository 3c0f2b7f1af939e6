internal import Time

/// Receipts until they are written: which go to the producer now, and whether writing works at all. No clock and no broker.
///
/// | state | what goes to the producer | next |
/// | --- | --- | --- |
/// | well | all | stuck: one has waited for ten seconds, and nothing was written in them |
/// | stuck | the oldest alone, again and again | well: it is written |
struct ReceiptQueue {
    /// Nothing was written for so long, although something was to be.
    static let patience = Duration.seconds(10)

    private struct Entry {
        let octets: [UInt8]
        let since: MonotonicInstant
        let kept: () -> Void
    }

    private let limit: Int
    private var entries: [Int: Entry] = [:]
    /// Numbers of those that are to go to the producer, the oldest first.
    private var waiting: [Int] = []
    /// Numbers of those that it has.
    private var out: Set<Int> = []
    private var last = 0
    /// No entry has a lower number.
    private var first = 1
    private var writtenAt: MonotonicInstant?
    private(set) var isStuck = false

    /// - Parameter limit: receipts that may wait.
    init(limit: Int) { self.limit = limit }

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }
    var hasWaiting: Bool { !waiting.isEmpty }
    var hasOut: Bool { !out.isEmpty }

    /// - Returns: false where too many wait: this one is not taken.
    mutating func add(_ octets: [UInt8], at now: MonotonicInstant, kept: @escaping () -> Void) -> Bool {
        guard entries.count < limit else { return false }
        last += 1
        entries[last] = Entry(octets: octets, since: now, kept: kept)
        waiting.append(last)
        return true
    }

    /// What the producer gets now.
    mutating func take() -> [(number: Int, octets: [UInt8])] {
        if isStuck, !out.isEmpty { return [] }
        let count = isStuck ? min(1, waiting.count) : waiting.count
        let numbers = waiting.prefix(count)
        waiting.removeFirst(count)
        out.formUnion(numbers)
        return numbers.compactMap { number in entries[number].map { (number, $0.octets) } }
    }

    /// - Returns: what to call; nil where it was written before.
    mutating func written(_ number: Int, at now: MonotonicInstant) -> (() -> Void)? {
        out.remove(number)
        writtenAt = now
        isStuck = false
        return entries.removeValue(forKey: number)?.kept
    }

    /// The producer could not write these: they are tried again.
    mutating func failed(_ numbers: some Sequence<Int>) {
        let again = numbers.filter { out.remove($0) != nil && entries[$0] != nil }
        if !again.isEmpty { waiting = (waiting + again).sorted() }
    }

    /// There is another producer, and nobody will hear what became of what this one had.
    mutating func producerIsGone() { failed(Array(out)) }

    /// When it will be stuck, if nothing is written until then; nil: not by what is here.
    mutating func patienceEnds() -> MonotonicInstant? {
        guard !isStuck, !entries.isEmpty else { return nil }
        while entries[first] == nil { first += 1 }
        guard let since = entries[first]?.since else { return nil }
        return max(since, writtenAt ?? since) + Self.patience
    }

    /// - Returns: whether it is stuck now, and was not.
    mutating func advance(to now: MonotonicInstant) -> Bool {
        guard let end = patienceEnds(), end <= now else { return false }
        isStuck = true
        return true
    }
}
