internal import Kafka

/// A partition by the identity of its topic's handle.
struct RecordOrigin: Hashable {
    let topic: TopicIdentity
    let partition: Int32
}
