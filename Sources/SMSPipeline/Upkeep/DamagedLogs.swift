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
        /// What has been read of it ends here.
        var offset: Int64
        var wait = DamagedLogs.firstWait
        /// Nil: this session still reads it.
        var at: MonotonicInstant?
    }

    /// At most one a partition.
    private var looks: [PartitionKey: Look] = [:]

    package init() {}

    package var isEmpty: Bool { looks.isEmpty }

    package mutating func found(_ key: PartitionKey, at offset: Int64) {
        looks[key, default: Look(offset: offset)].offset = offset
    }

    /// This session reads nothing more of it.
    package mutating func stopped(_ key: PartitionKey, at now: MonotonicInstant) {
        guard let look = looks[key] else { return }
        looks[key]?.at = look.at ?? now + look.wait
    }

    package func isDamaged(_ key: PartitionKey) -> Bool { looks[key] != nil }
    package func hasStopped(_ key: PartitionKey) -> Bool { looks[key]?.at != nil }

    /// - Returns: whether another session is to look at it now; the next one waits longer.
    package mutating func takeDue(_ key: PartitionKey, at now: MonotonicInstant) -> Bool {
        guard let look = looks[key], let at = look.at, now >= at else { return false }
        looks[key] = Look(offset: look.offset, wait: min(look.wait * 2, Self.longestWait))
        return true
    }

    /// What was damaged is whole again once something behind it is read.
    package mutating func read(_ key: PartitionKey, to next: Int64) {
        if let look = looks[key], next > look.offset { looks[key] = nil }
    }

    /// Another assignment of it is read from its beginning.
    package mutating func assignedAnew(_ key: PartitionKey) { looks[key]?.at = nil }

    /// Whatever was stopped was stopped in the session that has ended.
    package mutating func sessionLost() { for key in looks.keys { looks[key]?.at = nil } }
}
