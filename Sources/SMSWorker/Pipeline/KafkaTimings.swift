/// The three timeouts that the ledger protocol counts with: the worker's defaults, or what the operator's properties say.
struct KafkaTimings: Equatable, Sendable {
    /// `session.timeout.ms`: how long the group waits for a member without heartbeats. A lease is half of it.
    let session: Duration
    /// `heartbeat.interval.ms`: a longer pause of the loop voids leases.
    let heartbeat: Duration
    /// `transaction.timeout.ms`: how long a transaction may stay open.
    let transaction: Duration

    static let defaults = KafkaTimings(session: .seconds(15), heartbeat: .seconds(3), transaction: .seconds(10))

    init(session: Duration, heartbeat: Duration, transaction: Duration) {
        self.session = session
        self.heartbeat = heartbeat
        self.transaction = transaction
    }

    init(_ properties: KafkaProperties) {
        func milliseconds(_ key: String, _ standard: Duration) -> Duration {
            properties[key].flatMap { Int64($0) }.map { .milliseconds($0) } ?? standard
        }
        session = milliseconds("session.timeout.ms", Self.defaults.session)
        heartbeat = milliseconds("heartbeat.interval.ms", Self.defaults.heartbeat)
        transaction = milliseconds("transaction.timeout.ms", Self.defaults.transaction)
    }
}
