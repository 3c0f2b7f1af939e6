internal import Time

/// Receipts until they are written: which go to the producer now, and whether writing works at all. No clock and no broker.
///
/// | state | what goes to the producer | next |
/// | --- | --- | --- |
/// | well | all | stuck: one has waited for ten seconds, and nothing was written in them; overfull: one was not taken ten seconds ago |
/// | stuck | the oldest alone, again and again | well: it is written |
/// | overfull | all | well: one is written, and half is free; or none waits |
///
/// One that is not taken has no answer, and no write gives it one: it comes again when its bind has ended, so that binds must end for it.
struct ReceiptQueue {
    /// Nothing was written for so long, although something was to be.
    static let patience = Duration.seconds(10)

    enum State: Equatable { case well, stuck, overfull }

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
    /// When the oldest came that was not taken, and whose bind has not been given up since.
    private var refusedSince: MonotonicInstant?
    private(set) var state = State.well

    /// - Parameter limit: receipts that may wait.
    init(limit: Int) { self.limit = limit }

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }
    var hasWaiting: Bool { !waiting.isEmpty }
    var hasOut: Bool { !out.isEmpty }
    var isStuck: Bool { state == .stuck }

    /// - Returns: false where too many wait: this one is not taken.
    mutating func add(_ octets: [UInt8], at now: MonotonicInstant, kept: @escaping () -> Void) -> Bool {
        guard entries.count < limit else {
            refuse(at: now)
            return false
        }
        last += 1
        entries[last] = Entry(octets: octets, since: now, kept: kept)
        waiting.append(last)
        return true
    }

    /// One came and was not taken. Where binds are being given up, its own is among them.
    mutating func refuse(at now: MonotonicInstant) { if state == .well { refusedSince = refusedSince ?? now } }

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
        defer { if state == .stuck || state == .overfull && entries.count <= limit / 2 { state = .well } }
        return entries.removeValue(forKey: number)?.kept
    }

    /// The producer could not write these: they are tried again.
    mutating func failed(_ numbers: some Sequence<Int>) {
        let again = numbers.filter { out.remove($0) != nil && entries[$0] != nil }
        if !again.isEmpty { waiting = (waiting + again).sorted() }
    }

    /// There is another producer, and nobody will hear what became of what this one had.
    mutating func producerIsGone() { failed(Array(out)) }

    /// When binds must be given up, if nothing is written until then; nil: not by what is here.
    mutating func patienceEnds() -> MonotonicInstant? {
        guard state == .well else { return nil }
        return [writingEnds(), refusedSince.map { $0 + Self.patience }].compactMap { $0 }.min()
    }

    /// - Returns: whether binds must be given up now, and needed not.
    mutating func advance(to now: MonotonicInstant) -> Bool {
        guard let end = patienceEnds(), end <= now else { return false }
        state = writingEnds().map { $0 <= now } ?? false ? .stuck : .overfull
        refusedSince = nil
        return true
    }

    /// Binds are given up. Where none waits nothing has to be written before they may be made again.
    mutating func relieve() { if state == .overfull, entries.isEmpty { state = .well } }

    private mutating func writingEnds() -> MonotonicInstant? {
        guard !entries.isEmpty else { return nil }
        while entries[first] == nil { first += 1 }
        guard let since = entries[first]?.since else { return nil }
        return max(since, writtenAt ?? since) + Self.patience
    }
}
