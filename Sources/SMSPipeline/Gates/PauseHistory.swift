internal import Requests
package import Time

/// When something stood still, so that an age can leave that time out.
///
/// Keeps the last `capacity` pauses; when more come, the two oldest become one with the time between them: an age so measured is
/// rather too small than too large, and nothing expires early.
package struct PauseHistory: Equatable, Sendable {
    private struct Pause: Equatable, Sendable {
        var begin: MonotonicInstant
        var end: MonotonicInstant
    }

    private let capacity: Int
    private var pauses: [Pause] = []
    private var runningSince: MonotonicInstant?

    package init(capacity: Int = 256) { self.capacity = max(2, capacity) }

    package var isPaused: Bool { runningSince != nil }

    /// A second call during a pause is without effect.
    package mutating func begin(at now: MonotonicInstant) {
        if runningSince == nil { runningSince = max(now, pauses.last?.end ?? now) }
    }

    /// Without a pause it is without effect.
    ///
    /// - Returns: how long the pause was.
    @discardableResult
    package mutating func end(at now: MonotonicInstant) -> Duration {
        guard let begin = runningSince else { return .zero }
        runningSince = nil
        guard now > begin else { return .zero }
        pauses.append(Pause(begin: begin, end: now))
        if pauses.count > capacity {
            pauses[1].begin = pauses[0].begin
            pauses.removeFirst()
        }
        return now - begin
    }

    /// The time paused between `start` and `now`.
    package func duration(since start: MonotonicInstant, until now: MonotonicInstant) -> Duration {
        var total: Int64 = 0
        if let begin = runningSince { total += max(0, (now - max(begin, start)).nanoseconds) }
        // Most messages are younger than the last pause: the newest first, and an end as soon as one lies before the start.
        for pause in pauses.reversed() {
            if pause.end <= start { break }
            total += max(0, (min(pause.end, now) - max(pause.begin, start)).nanoseconds)
        }
        return .nanoseconds(total)
    }
}
