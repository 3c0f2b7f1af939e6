package import Requests
package import Time

/// Facts about the provider that outlive a ledger state in memory: attempts whose intent had been committed, and what became of them.
///
/// A restored `sending` is matched by the mark of its intent, which no other intent of any process has. What finds no fact is unknown.
/// Facts are kept for an hour at most: by then the entry has long been restored, here or elsewhere.
package struct FactStore<Running> {
    package enum Fact {
        /// The intent was committed, its POST did not begin and never will.
        case neverBegun
        /// The POST is under way in this process.
        case running(Running)
        /// The POST ended; this outcome has not reached the ledger.
        case ended(AttemptOutcome)
    }

    private struct Entry {
        var fact: Fact
        var recordedAt: MonotonicInstant
    }

    package static var lifetime: Duration { .seconds(3600) }
    /// Beyond this the oldest are forgotten (they become *unknown*, which is safe).
    package static var limit: Int { 200_000 }

    private var entries: [UInt64: Entry] = [:]

    package init() {}

    package var count: Int { entries.count }

    package mutating func record(_ fact: Fact, mark: UInt64, at now: MonotonicInstant) {
        if entries.count >= Self.limit { expire(now) }
        if entries.count >= Self.limit, entries[mark] == nil, let oldest = entries.min(by: { $0.value.recordedAt < $1.value.recordedAt }) {
            entries[oldest.key] = nil
        }
        entries[mark] = Entry(fact: fact, recordedAt: now)
    }

    package func contains(mark: UInt64) -> Bool { entries[mark] != nil }
    package func look(mark: UInt64) -> Fact? { entries[mark]?.fact }

    package mutating func take(mark: UInt64) -> Fact? { entries.removeValue(forKey: mark)?.fact }

    package mutating func expire(_ now: MonotonicInstant) {
        entries = entries.filter { now - $0.value.recordedAt < Self.lifetime }
    }
}
