internal import Requests
package import Time

/// The time within which the POST of a committed intent may begin. An intent is perishable: a member that was evicted must not send.
package struct Lease: Hashable, Sendable {
    /// Read before the group metadata of the intent's transaction were taken.
    package let takenAt: MonotonicInstant

    package init(takenAt: MonotonicInstant) { self.takenAt = takenAt }

    /// Whether less than half the session timeout has gone by. `ClockGuard` adds the pauses: ask that one.
    package func isFresh(at now: MonotonicInstant, sessionTimeout: Duration) -> Bool {
        now >= takenAt && now - takenAt < .nanoseconds(sessionTimeout.nanoseconds / 2)
    }
}
