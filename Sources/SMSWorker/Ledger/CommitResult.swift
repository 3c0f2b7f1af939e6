internal import Kafka

/// How a transaction ended.
enum CommitResult: Sendable {
    case committed
    /// Nothing of it is visible; the same operations may be tried again.
    case aborted(KafkaError)
    /// The group refuses this member's generation: nothing to gain before it has changed.
    case membership(KafkaError)
    /// Its fate is open.
    case fenced(KafkaError)
    /// A living rival has this worker's instance id.
    case rival(KafkaError)
}
