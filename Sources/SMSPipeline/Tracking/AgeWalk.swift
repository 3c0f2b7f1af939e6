package import Time

/// The walk over all tracked messages that counts their ages: some at a time, so that a million of them hold up nothing else.
package struct AgeWalk: Sendable {
    /// Places in one step.
    package static let step = 50_000
    /// A count that is older is none.
    private static let validity = Duration.seconds(120)

    private var next = 0
    private var under = TrackedAges()
    private var last: (ages: TrackedAges, at: MonotonicInstant)?
    private var askedAt: MonotonicInstant?

    package init() {}

    /// The last whole count; nil where there is none of late.
    package mutating func go<Element>(
        over table: TrackingTable<Element>, at now: MonotonicInstant, base: (borrowing Element) -> MonotonicInstant
    ) -> TrackedAges? {
        // What was counted before a break is not of now.
        if let askedAt, now - askedAt > .seconds(10) { (next, under) = (0, TrackedAges()) }
        askedAt = now
        let end = table.visit(from: next, places: Self.step) { under.count(now - base($0)) }
        if let end {
            next = end
        } else {
            last = (under, now)
            (next, under) = (0, TrackedAges())
        }
        return last.flatMap { now - $0.at <= Self.validity ? $0.ages : nil }
    }
}
