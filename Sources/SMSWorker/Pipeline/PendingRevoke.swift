internal import EventLoop
internal import Kafka

/// A revoke that is not answered yet: what runs may finish, until the limit.
struct PendingRevoke {
    let partitions: [TopicPartition]
    let assignments: [Assignment]
    let deadline: MonotonicInstant
}
