/// What comes out of a consumer's queues, one thing at a time.
package enum ConsumerEvent: ~Copyable {
    case record(Record)
    /// Everything below `offset` has been given out; transaction markers may stand there.
    case endOfPartition(TopicPartition, offset: Int64)
    /// To be answered with `assign`, with 0 partitions too.
    case assign([TopicPartition])
    /// To be answered with `unassign`; until then the group waits.
    case revoke([TopicPartition], isLost: Bool)
    /// Every `statistics.interval.ms`, on the consumer's own queue; nil: the library's text cannot be read.
    case statistics(Statistics?)
    case error(KafkaError)
}

/// How a group's rebalances take partitions: all of them at once (`eager`), or only those that move.
package enum RebalanceProtocol: String, Sendable {
    /// Not a member yet.
    case none = "NONE"
    case eager = "EAGER"
    case cooperative = "COOPERATIVE"
}
