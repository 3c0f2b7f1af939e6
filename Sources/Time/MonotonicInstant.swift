/// A point of the monotonic clock that goes on during suspend (`CLOCK_BOOTTIME`): a lease must run out while a laptop sleeps.
///
/// Sums stop at the ends of the range: a deadline far beyond any life must not become one that has passed.
package struct MonotonicInstant: Comparable, Hashable, Sendable {
    /// Nanoseconds since boot.
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }
    package static func + (a: Self, b: Duration) -> Self { Self(nanoseconds: a.nanoseconds.clampedSum(b.nanoseconds)) }
    package static func - (a: Self, b: Self) -> Duration { .nanoseconds(a.nanoseconds.clampedDifference(b.nanoseconds)) }
    package static func - (a: Self, b: Duration) -> Self { Self(nanoseconds: a.nanoseconds.clampedDifference(b.nanoseconds)) }
}

/// Wall-clock time as milliseconds since 1970, the unit of Kafka's timestamps.
package struct WallTime: Comparable, Hashable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }
    package static func + (a: Self, b: Duration) -> Self { Self(milliseconds: a.milliseconds.clampedSum(b.milliseconds)) }
    package static func - (a: Self, b: Self) -> Duration { .milliseconds(a.milliseconds.clampedDifference(b.milliseconds)) }
}

extension Int64 {
    /// `self + other`, or the end of the range on its side.
    package func clampedSum(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    /// `self - other`, or the end of the range on its side.
    package func clampedDifference(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }
}

extension Duration {
    /// Whole nanoseconds; durations beyond ±292 years are clamped.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carry ? (seconds < 0 ? .min : .max) : sum
    }

    /// Whole milliseconds, rounded toward zero; durations beyond ±292 million years are clamped.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return carry ? (seconds < 0 ? .min : .max) : sum
    }
}
