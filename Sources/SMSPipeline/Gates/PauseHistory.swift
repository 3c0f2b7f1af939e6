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
        if pauses.count > capacity { joinOldest() }
        return now - begin
    }

    /// A pause of before, of another process as a rule; where it overlaps what is known it counts once.
    package mutating func insert(_ begin: MonotonicInstant, _ end: MonotonicInstant) {
        let end = min(end, runningSince ?? end)
        guard begin < end else { return }
        let all = (pauses + [Pause(begin: begin, end: end)]).sorted { $0.begin < $1.begin }
        pauses = []
        for pause in all {
            if let last = pauses.last, pause.begin <= last.end {
                pauses[pauses.count - 1].end = max(last.end, pause.end)
            } else {
                pauses.append(pause)
            }
        }
        while pauses.count > capacity { joinOldest() }
    }

    /// The last pauses, oldest first, the one that lasts among them.
    ///
    /// - Parameters:
    ///   - most: of them; the oldest becomes one with those before it, and the time between.
    ///   - start: what had ended before is left out.
    package func pauses(most: Int, since start: MonotonicInstant, until now: MonotonicInstant) -> [(
        begin: MonotonicInstant, end: MonotonicInstant
    )] {
        guard runningSince != nil || !pauses.isEmpty else { return [] }
        var copy = self
        copy.end(at: now)
        copy.pauses.removeAll { $0.end < start }
        while copy.pauses.count > most { copy.joinOldest() }
        return copy.pauses.map { ($0.begin, $0.end) }
    }

    private mutating func joinOldest() {
        pauses[1].begin = pauses[0].begin
        pauses.removeFirst()
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
