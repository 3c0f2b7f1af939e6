internal import Requests
package import Time

/// Counts what was taken within the last second, so that a limit holds in every window of one second, wherever it begins.
///
/// Counts by the millisecond, rounded to the safe side: what was taken up to 1,001 ms ago may still count.
package struct TakeWindow: Equatable, Sendable {
    private struct Takes: Equatable, Sendable {
        var millisecond: Int64
        var count: Int
    }

    /// At most one entry a millisecond; those before `head` are out of the window.
    private var takes: [Takes] = []
    private var head = 0
    private var sum = 0

    /// How many were taken in the window that ends now.
    package mutating func count(at now: MonotonicInstant) -> Int {
        let oldest = Self.millisecond(now) - 1_000
        while head < takes.count, takes[head].millisecond < oldest {
            sum -= takes[head].count
            head += 1
        }
        if head > 1_024 {
            takes.removeFirst(head)
            head = 0
        }
        return sum
    }

    package mutating func take(at now: MonotonicInstant) {
        sum += 1
        let millisecond = Self.millisecond(now)
        if head < takes.count, takes[takes.count - 1].millisecond >= millisecond {
            takes[takes.count - 1].count += 1
        } else {
            takes.append(Takes(millisecond: millisecond, count: 1))
        }
    }

    /// The earliest instant at which fewer than `limit` are in the window. `limit` is 1 or more.
    package mutating func firstRoom(below limit: Int, at now: MonotonicInstant) -> MonotonicInstant {
        var left = count(at: now)
        var index = head
        var room = now
        while left >= limit, index < takes.count {
            left -= takes[index].count
            room = MonotonicInstant(nanoseconds: (takes[index].millisecond + 1_001) * 1_000_000)
            index += 1
        }
        return room
    }

    private static func millisecond(_ instant: MonotonicInstant) -> Int64 { instant.nanoseconds / 1_000_000 }
}
