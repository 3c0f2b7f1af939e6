internal import Requests
package import Time

/// The provider said `Retry-After`: the whole process sends nothing until then, at most an hour.
package struct RetryAfterGate: Equatable, Sendable {
    private let longest: Duration
    private var opensAt: MonotonicInstant?

    package init(longest: Duration = .seconds(3_600)) { self.longest = longest }

    /// Of several the latest counts. A negative duration counts as none.
    package mutating func close(for duration: Duration, at now: MonotonicInstant) {
        let instant = now + min(max(.zero, duration), longest)
        if instant > now { opensAt = max(opensAt ?? instant, instant) }
    }

    package func mayBegin(at now: MonotonicInstant) -> Bool { opensAt.map { $0 <= now } ?? true }

    /// When it opens; nil while open.
    package func closedUntil(at now: MonotonicInstant) -> MonotonicInstant? { mayBegin(at: now) ? nil : opensAt }
}
