/// Attempts under way whose next part waits for the gates that a first part waits for.
///
/// They go before those that begin: each holds a slot, and a phone shows nothing before the last part. One-time codes first, also those that
/// begin; but of twenty turns one is a bulk part's, as everywhere (`FairLines`).
package struct PartLine {
    private static let turns = 19

    private var priority: [UInt64] = []
    private var bulk: [UInt64] = []
    /// Codes that went since the last bulk part.
    private var passed = 0

    package init() {}

    package var count: Int { priority.count + bulk.count }
    package var isEmpty: Bool { priority.isEmpty && bulk.isEmpty }
    package var all: [UInt64] { priority + bulk }
    package func hasAny(isPriority: Bool) -> Bool { !(isPriority ? priority : bulk).isEmpty }

    package mutating func append(_ tag: UInt64, isPriority: Bool) { if isPriority { priority.append(tag) } else { bulk.append(tag) } }

    /// Who is next of a lane; nil: nobody is, or it leaves its turn to a code.
    ///
    /// - Parameter codesWait: a code could begin now.
    package func next(isPriority: Bool, codesWait: Bool) -> UInt64? {
        if isPriority { return priority.first }
        return codesWait && passed < Self.turns ? nil : bulk.first
    }

    /// It goes, or has ended.
    package mutating func remove(_ tag: UInt64) {
        if let index = priority.firstIndex(of: tag) { priority.remove(at: index) }
        if let index = bulk.firstIndex(of: tag) { bulk.remove(at: index) }
    }

    package mutating func went(isPriority: Bool) { passed = isPriority && !bulk.isEmpty ? passed + 1 : 0 }
}
