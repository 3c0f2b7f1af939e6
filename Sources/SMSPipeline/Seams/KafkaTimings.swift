internal import Requests
internal import Time

/// The three timeouts that the ledger protocol counts with: the worker's defaults, or what the operator's properties say.
package struct KafkaTimings: Equatable, Sendable {
    /// `session.timeout.ms`: how long the group waits for a member without heartbeats. A lease is half of it.
    package let session: Duration
    /// `heartbeat.interval.ms`: a longer pause of the loop voids leases.
    package let heartbeat: Duration
    /// `transaction.timeout.ms`: how long a transaction may stay open.
    package let transaction: Duration

    package static let defaults = KafkaTimings(session: .seconds(15), heartbeat: .seconds(3), transaction: .seconds(10))

    /// A member's last heartbeat may be one interval old when a lease begins, and a pause of nearly another is not seen: both must fit into
    /// the half of the session that is not the lease's.
    package static func longestHeartbeat(_ session: Duration) -> Duration { .milliseconds(session.milliseconds / 4) }

    /// The loop ticks each second, and a pause is a gap longer than a heartbeat: a shorter one would be seen in every idle second.
    package static let shortestHeartbeat = Duration.milliseconds(1_500)

    package init(session: Duration, heartbeat: Duration, transaction: Duration) {
        self.session = session
        self.heartbeat = heartbeat
        self.transaction = transaction
    }
}
