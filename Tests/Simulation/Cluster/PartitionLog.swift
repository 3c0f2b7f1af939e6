import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// One entry of a partition: a record, or the marker that ends a transaction here.
struct LogEntry {
    let offset: Int64
    let timestamp: Int64
    /// Whose record or marker it is; -1: of none.
    let transaction: Int32
    let isMarker: Bool
    let key: UnsafeRawBufferPointer?
    let value: UnsafeRawBufferPointer?
    /// As `ByteArena.copyHeaders` lays them out.
    let headers: UnsafeRawPointer
}

/// One partition of a topic, as its leader has it.
final class PartitionLog {
    let index: Int
    let key: PartitionKey
    let isCompacted: Bool
    private(set) var entries: [LogEntry] = []
    private(set) var low: Int64
    /// Behind the last entry, above open transactions.
    private(set) var end: Int64
    /// Transactions whose marker is not written here yet, by their first offset.
    private var open: [(transaction: Int32, first: Int64)] = []
    /// How often it was deleted and made anew.
    private(set) var incarnation = 0
    /// Who waits for more.
    var fetches: [Fetch] = []
    private var tombstonesStayUntil: MonotonicInstant?
    /// Writes are refused until then.
    var refusedUntil = MonotonicInstant(nanoseconds: .min)

    init(index: Int, key: PartitionKey, isCompacted: Bool, firstOffset: Int64) {
        self.index = index
        self.key = key
        self.isCompacted = isCompacted
        low = firstOffset
        end = firstOffset
    }

    /// Where a read_committed reader ends: nothing at or above it is decided and landed for certain.
    var lastStable: Int64 { open.first?.first ?? end }

    @discardableResult
    func append(
        timestamp: Int64, transaction: Int32, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, headers: UnsafeRawPointer
    ) -> Int64 {
        if transaction >= 0, !open.contains(where: { $0.transaction == transaction }) { open.append((transaction, end)) }
        entries.append(
            LogEntry(
                offset: end, timestamp: timestamp, transaction: transaction, isMarker: false, key: key, value: value, headers: headers))
        end += 1
        return end - 1
    }

    func land(_ transaction: Int32, timestamp: Int64, noHeaders: UnsafeRawPointer) {
        entries.append(
            LogEntry(
                offset: end, timestamp: timestamp, transaction: transaction, isMarker: true, key: nil, value: nil, headers: noHeaders))
        end += 1
        open.removeAll { $0.transaction == transaction }
    }

    /// Index of the first entry at or above an offset.
    func position(of offset: Int64) -> Int {
        guard let first = entries.first, offset > first.offset else { return 0 }
        // Without compaction, at once.
        let direct = Int(offset - first.offset)
        if direct < entries.count, entries[direct].offset == offset { return direct }
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: What happens to logs

    /// Retention: what lies below goes. The entries stay in memory, for whoever has fetched them already.
    func retain(from offset: Int64) { low = min(max(low, offset), lastStable) }

    /// Deleted and made anew.
    func recreate(at offset: Int64) {
        incarnation += 1
        entries = []
        open = []
        low = offset
        end = offset
    }

    /// Somebody reads it from its beginning: tombstones stay for `delete.retention.ms`, a day, which no restore takes.
    func keepTombstones(until time: MonotonicInstant) { tombstonesStayUntil = max(tombstonesStayUntil ?? time, time) }

    /// Keeps the last record of each key among what is stable, tombstones only for whoever is reading; the last entry stays.
    func compact(at now: MonotonicInstant, isVisible: (LogEntry) -> Bool) {
        let keepsTombstones = tombstonesStayUntil.map { now < $0 } ?? false
        let stable = lastStable
        var seen = Set<[UInt8]>()
        var kept: [LogEntry] = []
        kept.reserveCapacity(entries.count)
        for entry in entries.reversed() {
            if entry.offset >= stable || entry.offset == end - 1 {
                kept.append(entry)
                if entry.offset < stable, !entry.isMarker, isVisible(entry), let key = entry.key { seen.insert([UInt8](key)) }
                continue
            }
            guard !entry.isMarker, isVisible(entry), let key = entry.key else { continue }
            if seen.insert([UInt8](key)).inserted, entry.value != nil || keepsTombstones { kept.append(entry) }
        }
        kept.reverse()
        entries = kept
    }
}
