internal import Time

/// Which ids of one partition are remembered: a record that comes with one of them is a repeat.
///
/// Whatever is open is remembered, and stands elsewhere; here are the closed ids, until their window is over or there are too many of
/// them, the oldest first. A pure value: time is a parameter (milliseconds since 1970). The ids themselves stand in the ledger alone: a sweep
/// reads them there when their time has come.
package struct Dedup: ~Copyable, Sendable {
    package enum Judgement: Equatable, Sendable {
        case first
        /// Counted and dropped.
        case again
    }

    private let window: Int64
    private let maxEntries: Int
    private var closed = ClosedIndex()
    /// What timeless ids are known by besides, open ones too: those close at the end of time. Empty once all that an earlier version left
    /// is over.
    private var aliases = ClosedIndex()
    /// The ledger offset up to which closed entries have been swept.
    private var sweepOffset: Int64 = 0
    /// When the first closed id that a sweep left standing was closed; nil: no sweep has looked yet.
    private var oldestClosedAt: Int64?

    /// - Parameters:
    ///   - window: counted from closing.
    ///   - maxEntries: so many closed ids at most.
    package init(window: Duration, maxEntries: Int) {
        self.window = window.milliseconds
        self.maxEntries = maxEntries
    }

    /// Closed ids.
    package var count: Int { closed.count }

    package func contains(_ hash: RequestHash) -> Bool { closed.closedSecond(hash) != nil }

    /// - Parameter isOpen: the id is one of the open ones.
    package mutating func judge(_ hash: RequestHash, isOpen: Bool, at now: Int64) -> Judgement {
        if isOpen || Self.remembers(hash, in: &closed, window, at: now) || Self.remembers(hash, in: &aliases, window, at: now) {
            return .again
        }
        return .first
    }

    private static func remembers(_ hash: RequestHash, in index: inout ClosedIndex, _ window: Int64, at now: Int64) -> Bool {
        guard let second = index.closedSecond(hash) else { return false }
        guard (Int64(second) * 1_000).clampedSum(window) <= now else { return true }
        index.remove(hash)
        return false
    }

    /// - Parameter alias: `LedgerEntry.alias`.
    package mutating func close(_ hash: RequestHash, alias: RequestHash?, at closedAt: Int64) {
        closed.insert(hash, closedAt: closedAt)
        if let alias { aliases.insert(alias, closedAt: closedAt) }
    }

    /// The id is none that repeats any more. An alias of it stays until its window is over.
    ///
    /// - Returns: whether it was remembered.
    package mutating func forget(_ hash: RequestHash) -> Bool {
        guard contains(hash) else { return false }
        closed.remove(hash)
        return true
    }

    /// What a ledger remembers, at the beginning: in constant time, whatever it holds. What has left its window is told apart when it is
    /// asked for, and goes with the first sweeps.
    package mutating func restore(_ ledger: RestoredLedger) {
        sweepOffset = ledger.beginning
        closed = ledger.closed
        aliases = ledger.aliases
    }

    /// Lets go of everything.
    package mutating func clear() {
        closed = ClosedIndex()
        aliases = ClosedIndex()
    }

    // MARK: Sweeps

    /// What a sweep has to look for now; nil: nothing can have left.
    package func sweep(ledger: String, partition: Int32, limit: Int, at now: Int64) -> SweepRequest? {
        let surplus = max(0, closed.count - maxEntries)
        guard surplus > 0 || (oldestClosedAt ?? .min) <= now - window else { return nil }
        return SweepRequest(
            ledger: ledger, partition: partition, from: sweepOffset, closedBefore: now - window, surplus: surplus, limit: limit, now: now)
    }

    /// Forgets what a sweep has found.
    ///
    /// - Returns: what of it gets a tombstone. The id may have come again after its window: then its last record is not this one.
    package mutating func swept(_ sweep: Sweep, isOpen: (RequestHash) -> Bool) -> [Sweep.Closed] {
        sweepOffset = sweep.nextOffset
        oldestClosedAt = sweep.nextClosedAt
        var removable: [Sweep.Closed] = []
        for id in sweep.closed {
            let second = ClosedIndex.second(id.closedAt)
            if let alias = id.alias, let last = aliases.closedSecond(alias), last <= second { aliases.remove(alias) }
            guard !isOpen(id.hash), (closed.closedSecond(id.hash) ?? 0) <= second else { continue }
            closed.remove(id.hash)
            removable.append(id)
        }
        return removable
    }
}
