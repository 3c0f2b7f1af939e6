internal import Requests
package import Time

/// When a tracked message is asked about again. Everything follows from its age, so nothing of it is stored and a poll without
/// change writes nothing.
///
/// The n-th cadence value is the n-th interval after `base`, the last one repeats; each poll is moved at random by up to ±`jitter` of
/// its interval. `base` is the later of acceptance and `sendAt`. With the defaults the polls lie about
///
/// | poll | 1 | 2 | 3 | 4 | 5 | 6 | 7 | … | 76 |
/// | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
/// | age | 2 s | 7 s | 22 s | 82 s | 6 min 22 s | 1 h 6 min | 2 h 6 min | … | 71 h 6 min |
///
/// A poll that came late takes the place of those it missed: the next is the first planned one that is at least half its interval
/// away. At the horizon (72 h) tracking ends.
package struct PollSchedule: Equatable, Sendable {
    package enum Next: Equatable, Sendable {
        case poll(at: MonotonicInstant)
        /// No poll any more: the message closes as `TRACKING_EXPIRED` at this instant, which may be past.
        case expire(at: MonotonicInstant)
    }

    package static let defaultCadence: [Duration] = [
        .seconds(2), .seconds(5), .seconds(15), .seconds(60), .seconds(300), .seconds(3_600),
    ]

    /// The shortest interval that is planned, whatever the configuration says.
    package static let shortestInterval = Duration.milliseconds(10)

    /// Nanoseconds.
    private let intervals: [Int64]
    /// Nanoseconds from base to the planned instant of each poll that has an interval of its own.
    private let planned: [Int64]
    private let horizon: Int64
    private let jitter: Double

    /// - Parameters:
    ///   - cadence: `TRACK_CADENCE`; an empty one counts as the default.
    ///   - horizon: `TRACK_HORIZON`.
    ///   - jitter: share of the interval, 0 … 0.25.
    package init(cadence: [Duration] = defaultCadence, horizon: Duration = .seconds(72 * 3_600), jitter: Double = 0.1) {
        intervals = (cadence.isEmpty ? Self.defaultCadence : cadence).map {
            min(max($0, Self.shortestInterval).nanoseconds, Self.longest)
        }
        var sum: Int64 = 0
        planned = intervals.map { interval in
            sum = min(sum + interval, Self.longest)
            return sum
        }
        self.horizon = min(max(0, horizon.nanoseconds), Self.longest)
        self.jitter = min(max(0, jitter), 0.25)
    }

    /// The next step after a poll (or after acceptance).
    ///
    /// - Parameters:
    ///   - now: when the poll was answered, or now where there was none.
    ///   - base: the later of acceptance and `sendAt`; may lie in the future.
    ///   - horizonStoodStill: time since `base` in which polls were stopped for bad credentials; it does not count to the horizon.
    package func next(
        after now: MonotonicInstant, base: MonotonicInstant, horizonStoodStill: Duration = .zero,
        using generator: inout some RandomNumberGenerator
    ) -> Next {
        let (at, interval) = plan(age: (now - base).nanoseconds)
        let moved = at + offset(interval, using: &generator)
        let end = horizon + min(max(0, horizonStoodStill.nanoseconds), Self.longest)
        if moved >= end { return .expire(at: base + .nanoseconds(end)) }
        return .poll(at: base + .nanoseconds(moved))
    }

    /// The first poll after a restore, spread uniformly over the interval that the message's age has: so the polls of a restored
    /// partition come at the pace of any other minute, not all at once.
    ///
    /// Always a poll, past the horizon too: nothing expires unasked because the worker was away.
    package func afterRestore(
        at now: MonotonicInstant, base: MonotonicInstant, using generator: inout some RandomNumberGenerator
    ) -> MonotonicInstant {
        let age = (now - base).nanoseconds
        let (at, interval) = plan(age: age)
        if age < 0 { return base + .nanoseconds(at + offset(interval, using: &generator)) }
        return now + .nanoseconds(Int64.random(in: 0...interval, using: &generator))
    }

    /// The horizon, of a message that is not asked for.
    package func end(base: MonotonicInstant, horizonStoodStill: Duration = .zero) -> MonotonicInstant {
        base + .nanoseconds(horizon + min(max(0, horizonStoodStill.nanoseconds), Self.longest))
    }

    /// The first planned poll that lies half its interval or more after `age`.
    private func plan(age: Int64) -> (at: Int64, interval: Int64) {
        let age = min(age, Self.longest)
        for (at, interval) in zip(planned, intervals) where at - interval / 2 >= age { return (at, interval) }
        let last = planned[planned.count - 1]
        let interval = intervals[intervals.count - 1]
        // Beyond the list: the smallest n with last + n × interval − interval / 2 ≥ age.
        let missing = max(1, (age - last + interval / 2 + interval - 1) / interval)
        return (last + missing * interval, interval)
    }

    private func offset(_ interval: Int64, using generator: inout some RandomNumberGenerator) -> Int64 {
        let width = Int64(Double(interval) * jitter)
        return width == 0 ? 0 : Int64.random(in: -width...width, using: &generator)
    }

    /// 10 years in nanoseconds: sums of a few such stay far from overflow.
    private static let longest: Int64 = 10 * 366 * 86_400 * 1_000_000_000
}
