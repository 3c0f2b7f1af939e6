internal import CLibrdkafka
internal import Glibc

/// A group member. Its events come from one queue (`poll`), rebalances included; partitions may be given record queues of their own.
///
/// `@unchecked Sendable`: librdkafka's handles may be used from any thread. By our rule `poll`, answers and seeks come from one thread
/// (the loop); `committed` and `watermarks` block and come from others. `destroy` comes last, once.
package final class Consumer: @unchecked Sendable {
    private let handle: OpaquePointer
    private let queue: EventQueue
    private var isDestroyed = false
    private var hasBeenAssigned = false

    /// Subscribes at once; nothing is fetched before an assign event is answered.
    ///
    /// - Parameter properties: librdkafka's keys; later ones override earlier ones. The caller's come last.
    package init(group: String, instanceID: String?, bootstrapServers: String, properties: [(key: String, value: String)], topics: [String])
        throws(KafkaError)
    {
        let configuration = HandleConfiguration()
        try configuration.set([
            ("bootstrap.servers", bootstrapServers), ("session.timeout.ms", "15000"), ("heartbeat.interval.ms", "3000"),
            ("partition.assignment.strategy", "cooperative-sticky"), ("topic.metadata.refresh.interval.ms", "60000"),
        ])
        try configuration.set(properties)
        // What guarantees hang on comes after the operator's own settings.
        try configuration.set([
            ("group.id", group), ("enable.auto.commit", "false"), ("enable.auto.offset.store", "false"), ("auto.offset.reset", "error"),
            ("isolation.level", "read_committed"), ("enable.partition.eof", "true"),
        ])
        if let instanceID { try configuration.set("group.instance.id", instanceID) }
        configuration.enableEvents(Int32(RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_ERROR))
        handle = try configuration.makeHandle(RD_KAFKA_CONSUMER)
        rd_kafka_poll_set_consumer(handle)
        guard let pointer = rd_kafka_queue_get_consumer(handle) else {
            rd_kafka_destroy(handle)
            throw KafkaError(local: "librdkafka gave no consumer queue")
        }
        queue = EventQueue(pointer: pointer)
        let list = PartitionList(topics.map { TopicPartition(topic: $0, partition: -1) })
        do throws(KafkaError) { try check(list.lend { rd_kafka_subscribe(handle, $0) }) } catch {
            rd_kafka_queue_destroy(pointer)
            rd_kafka_destroy(handle)
            throw error
        }
    }

    // MARK: Events

    /// The next event, or nil. Events are edge-triggered: poll until nil.
    package func poll() -> ConsumerEvent? { queue.poll(handle: handle) }

    /// Writes 8 bytes to an eventfd when an empty queue gets an event.
    package func wake(eventDescriptor: CInt) { Self.enableWake(queue.pointer, eventDescriptor) }

    /// A queue of records for some partitions, to be polled or left alone on its own.
    package func makeRecordQueue() -> RecordQueue { RecordQueue(handle: handle) }

    /// Sends a partition's records and ends to `queue` instead of the consumer's own. Survives seeks and assignments.
    package func forward(_ partition: TopicPartition, to target: RecordQueue) {
        guard let source = rd_kafka_queue_get_partition(handle, partition.topic, partition.partition) else { return }
        rd_kafka_queue_forward(source, target.pointer)
        rd_kafka_queue_destroy(source)
    }

    static func enableWake(_ queue: OpaquePointer, _ descriptor: CInt) {
        var one: UInt64 = 1
        rd_kafka_queue_io_event_enable(queue, descriptor, &one, 8)
    }

    // MARK: Assignment

    private var isCooperative: Bool {
        guard let name = rd_kafka_rebalance_protocol(handle) else { return false }
        return String(cString: name) == "COOPERATIVE"
    }

    /// Answers an assign event: the partitions are ours, at an explicit offset (their end) and paused, so that nothing is fetched and no
    /// reset policy applies before `resume` and `seek`.
    package func assign(_ partitions: [TopicPartition]) throws(KafkaError) {
        let list = PartitionList(partitions, offset: Int64(RD_KAFKA_OFFSET_END))
        if isCooperative {
            try check(list.lend { rd_kafka_incremental_assign(handle, $0) })
        } else {
            try check(list.lend { rd_kafka_assign(handle, $0) })
        }
        hasBeenAssigned = true
        if !partitions.isEmpty { try check(list.lend { rd_kafka_pause_partitions(handle, $0) }) }
    }

    /// Answers a revoke event.
    package func unassign(_ partitions: [TopicPartition]) throws(KafkaError) {
        if isCooperative {
            try check(PartitionList(partitions).lend { rd_kafka_incremental_unassign(handle, $0) })
        } else {
            try check(rd_kafka_assign(handle, nil))
        }
    }

    package func pause(_ partitions: [TopicPartition]) throws(KafkaError) {
        try check(PartitionList(partitions).lend { rd_kafka_pause_partitions(handle, $0) })
    }

    package func resume(_ partitions: [TopicPartition]) throws(KafkaError) {
        try check(PartitionList(partitions).lend { rd_kafka_resume_partitions(handle, $0) })
    }

    /// Does not wait for the fetcher.
    package func seek(_ partition: TopicPartition, to offset: Int64) throws(KafkaError) {
        try check(PartitionList([partition], offset: offset).lend { rd_kafka_seek_partitions(handle, $0, 0) })
    }

    // MARK: The group

    /// Nil where librdkafka has none.
    package func groupMetadata() -> GroupMetadata? {
        rd_kafka_consumer_group_metadata(handle).map { GroupMetadata(consuming: $0) }
    }

    /// Leaves the group; the last revoke comes as an event and is answered like any other. Then `isClosed`.
    package func closeQueue() {
        if let error = rd_kafka_consumer_close_queue(handle, queue.pointer) { rd_kafka_error_destroy(error) }
    }

    package var isClosed: Bool { rd_kafka_consumer_closed(handle) != 0 }

    /// Frees the handle; blocks. Without `closeQueue` before, the group notices by the session timeout.
    package func destroy() {
        guard !isDestroyed else { return }
        isDestroyed = true
        rd_kafka_queue_destroy(queue.pointer)
        // Without close: a blocking close would answer the last revoke by itself, and before the first assignment it aborts (< 2.3).
        rd_kafka_destroy_flags(handle, Int32(RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE))
    }

    // MARK: Blocking calls, for other threads

    /// The group's committed offset with stable offsets required: waits out a transaction that has already sent its offsets.
    ///
    /// - Returns: nil where the group has none.
    package func committed(_ partition: TopicPartition, timeout: Duration) throws(KafkaError) -> Int64? {
        let list = PartitionList([partition])
        try check(list.lend { rd_kafka_committed(handle, $0, timeout.rdkafkaMilliseconds) })
        let entry = list.lend { $0.pointee.elems[0] }
        if entry.err != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(entry.err) }
        return entry.offset < 0 ? nil : entry.offset
    }

    /// Low and high watermark of a partition, as a `read_committed` reader sees the high one.
    package func watermarks(_ partition: TopicPartition, timeout: Duration) throws(KafkaError) -> (low: Int64, high: Int64) {
        var low: Int64 = 0
        var high: Int64 = 0
        try check(rd_kafka_query_watermark_offsets(handle, partition.topic, partition.partition, &low, &high, timeout.rdkafkaMilliseconds))
        return (low, high)
    }
}

/// Records of some of a consumer's partitions. Same thread rules as its consumer; freed with it.
package final class RecordQueue: @unchecked Sendable {  // as `Consumer`
    let pointer: OpaquePointer
    private let handle: OpaquePointer

    init(handle: OpaquePointer) {
        self.handle = handle
        guard let pointer = rd_kafka_queue_new(handle) else { preconditionFailure("librdkafka makes a queue unless memory has run out") }
        self.pointer = pointer
    }

    package func poll() -> ConsumerEvent? { EventQueue(pointer: pointer).poll(handle: handle) }

    package func wake(eventDescriptor: CInt) { Consumer.enableWake(pointer, eventDescriptor) }

    /// Before the consumer's own `destroy`, once.
    package func destroy() { rd_kafka_queue_destroy(pointer) }
}

extension Duration {
    /// Milliseconds as librdkafka's timeouts take them; never negative, which would mean "for ever".
    var rdkafkaMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        return Int32(clamping: max(0, seconds.multipliedReportingOverflow(by: 1_000).partialValue + attoseconds / 1_000_000_000_000_000))
    }
}
