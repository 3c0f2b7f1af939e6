internal import Requests
package import Time

/// Request logs that are damaged where they are read, and when another session looks at them again.
///
/// Behind the damage the client library may ask for an offset that there is not; it reads nothing more of the partition in this session then
/// (librdkafka 2.0.2). Another session costs every partition a restore, so it is made a minute later, and each time in vain twice as late.
package struct DamagedLogs: Equatable, Sendable {
    package static let firstWait = Duration.seconds(60)
    package static let longestWait = Duration.seconds(600)

    private struct Look: Equatable {
        var wait = DamagedLogs.firstWait
        /// Nil: this session still reads it.
        var at: MonotonicInstant?
    }

    /// At most one a partition.
    private var looks: [PartitionKey: Look] = [:]

    package init() {}

    package mutating func found(_ key: PartitionKey) { looks[key] = looks[key] ?? Look() }

    /// This session reads nothing more of it.
    package mutating func stopped(_ key: PartitionKey, at now: MonotonicInstant) {
        var look = looks[key] ?? Look()
        look.at = look.at ?? now + look.wait
        looks[key] = look
    }

    package func isDamaged(_ key: PartitionKey) -> Bool { looks[key] != nil }
    package func hasStopped(_ key: PartitionKey) -> Bool { looks[key]?.at != nil }

    /// - Returns: whether another session is to look at it now; the next one waits longer.
    package mutating func takeDue(_ key: PartitionKey, at now: MonotonicInstant) -> Bool {
        guard let look = looks[key], let at = look.at, now >= at else { return false }
        looks[key] = Look(wait: min(look.wait * 2, Self.longestWait))
        return true
    }

    /// It is read again.
    package mutating func mended(_ key: PartitionKey) { looks[key] = nil }

    /// Whatever was stopped was stopped in the session that has ended.
    package mutating func sessionLost() { for key in looks.keys { looks[key]?.at = nil } }
}
