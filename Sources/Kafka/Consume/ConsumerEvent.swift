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
