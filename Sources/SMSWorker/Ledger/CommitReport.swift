internal import Kafka

/// What the committer says of one transaction.
struct CommitReport: Sendable {
    let result: CommitResult<KafkaError>
    /// 0 or 1: which producer's it was.
    let producer: Int
    /// How long it took to make the producer anew before it began; nil: there was no need.
    let renewal: Duration?
}
