internal import Requests
package import Time

/// Whether a POST may begin under its lease, seen from the loop that must turn for it.
///
/// Half a session from the lease's beginning is safe only if a heartbeat went out shortly before it. So a pause of the process (two
/// turns of the loop, which ticks each second, more than a heartbeat interval apart) voids every lease, and none is given until a
/// heartbeat interval and a second have gone by without another.
package struct ClockGuard: Equatable, Sendable {
    private let heartbeatInterval: Duration
    private let sessionTimeout: Duration
    private var lastTurn: MonotonicInstant?
    /// A lease from before is void.
    private var leasesFrom: MonotonicInstant?

    package init(heartbeatInterval: Duration = .seconds(3), sessionTimeout: Duration = .seconds(15)) {
        self.heartbeatInterval = heartbeatInterval
        self.sessionTimeout = sessionTimeout
    }

    /// Call it first in every turn of the loop, with a fresh reading of the clock.
    ///
    /// - Returns: how long the process stood, where that has voided all leases; else nil.
    package mutating func turn(at now: MonotonicInstant) -> Duration? {
        defer { lastTurn = now }
        guard let lastTurn, now - lastTurn > heartbeatInterval else { return nil }
        leasesFrom = now + heartbeatInterval + .seconds(1)
        return now - lastTurn
    }

    /// Whether a lease taken now would be good: without one there is no use in committing an intent.
    package func mayLease(at now: MonotonicInstant) -> Bool { isTurning(at: now) && now >= leasesFrom ?? now }

    /// When leases are given again; nil where they are given.
    package func leasesAgain(at now: MonotonicInstant) -> MonotonicInstant? { leasesFrom.flatMap { $0 > now ? $0 : nil } }

    /// Whether the POST may begin. Give it a fresh reading: a pause within this turn counts too.
    package func isValid(_ lease: Lease, at now: MonotonicInstant) -> Bool {
        isTurning(at: now) && lease.takenAt >= leasesFrom ?? lease.takenAt && lease.isFresh(at: now, sessionTimeout: sessionTimeout)
    }

    private func isTurning(at now: MonotonicInstant) -> Bool { lastTurn.map { now - $0 <= heartbeatInterval } ?? true }
}
