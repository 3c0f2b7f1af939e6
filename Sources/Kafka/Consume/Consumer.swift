internal import CLibrdkafka
internal import EventLoop
internal import Synchronization
internal import Time

/// A group member. Its events come from one queue (`poll`), rebalances included; partitions may be given record queues of their own.
///
/// Threads: `poll`, answers, seeks and `closeQueue` come from one thread (the loop). `committed`, `watermarks` and `metadata` block and
/// come from others; they may overlap with `destroy`, which waits for them.
///
/// `@unchecked Sendable`: librdkafka's clients may be used from any thread; the stored flags belong to the polling thread, and to the
/// thread that calls `destroy` after its last use.
package final class Consumer: @unchecked Sendable {
    private let client: ClientHandle
    private let queue: EventQueue
    /// Where partitions ended when it was asked: of no meaning but to begin somewhere in the log.
    private let ends = Mutex<[TopicPartition: Int64]>([:])
    private var hasBeenAssigned = false
    private var leftWithoutClose = false
    private var isDestroyed = false

    /// Subscribes at once; nothing is fetched before an assign event is answered.
    ///
    /// - Parameter properties: librdkafka's own keys. They override the defaults (session 15 s, heartbeat 3 s, cooperative-sticky, metadata
    ///   refresh 60 s, statistics 10 s, checksums are looked at), but not what guarantees hang on.
    package init(group: String, instanceID: String?, bootstrapServers: String, properties: [(key: String, value: String)], topics: [String])
        throws(KafkaError)
    {
        let configuration = HandleConfiguration()
        try configuration.set([
            ("bootstrap.servers", bootstrapServers), ("session.timeout.ms", "15000"), ("heartbeat.interval.ms", "3000"),
            ("partition.assignment.strategy", "cooperative-sticky"), ("topic.metadata.refresh.interval.ms", "60000"),
            ("statistics.interval.ms", "10000"), ("check.crcs", "true"),
        ])
        try configuration.set(properties)
        try configuration.set([
            ("group.id", group), ("enable.auto.commit", "false"), ("enable.auto.offset.store", "false"), ("auto.offset.reset", "error"),
            ("isolation.level", "read_committed"), ("enable.partition.eof", "true"),
        ])
        if let instanceID { try configuration.set("group.instance.id", instanceID) }
        configuration.enableEvents(Int32(RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS))
        client = try ClientHandle(RD_KAFKA_CONSUMER, configuration)
        rd_kafka_poll_set_consumer(client.pointer)
        guard let pointer = rd_kafka_queue_get_consumer(client.pointer) else {
            throw KafkaError(local: "librdkafka gave no consumer queue")
        }
        queue = EventQueue(pointer: pointer)
        let list = PartitionList(topics.map { TopicPartition(topic: $0, partition: RD_KAFKA_PARTITION_UA) })
        try check(list.lend { rd_kafka_subscribe(client.pointer, $0) })
    }

    deinit { destroy() }

    // MARK: Events

    /// The next event, or nil. Events are edge-triggered: poll until nil.
    package func poll() -> ConsumerEvent? { queue.poll(client.pointer) }

    /// Writes 8 bytes to an eventfd when the empty queue gets an event.
    package func wake(eventDescriptor: CInt) { queue.wake(eventDescriptor: eventDescriptor) }

    /// A queue of records for some partitions. While it is not polled, up to `queued.max.messages.kbytes` a partition stand in it.
    package func makeRecordQueue() -> RecordQueue { RecordQueue(client) }

    /// Sends a partition's records and ends to `target` instead of the consumer's own queue, until the partition is unassigned.
    package func forward(_ partition: TopicPartition, to target: RecordQueue) {
        guard let source = rd_kafka_queue_get_partition(client.pointer, partition.topic, partition.partition) else { return }
        rd_kafka_queue_forward(source, target.queue.pointer)
        rd_kafka_queue_destroy(source)
    }

    // MARK: Assignment

    /// How the group rebalances: known once it has been joined.
    package var rebalanceProtocol: RebalanceProtocol {
        guard let name = rd_kafka_rebalance_protocol(client.pointer) else { return .none }
        return RebalanceProtocol(rawValue: String(cString: name)) ?? .none
    }

    /// Asks where partitions end, so that `assign` can begin there by number. Blocks; from any thread.
    ///
    /// By name ("at the end") librdkafka would ask the broker itself. Where that answer is under way when the partition is sought, it takes
    /// the answer for outdated, asks again half a second later and moves to the end, past what stands between (2.0.2: 565 of 100,000
    /// records in a minute of rebalances).
    package func learnEnds(of partitions: [TopicPartition], timeout: Duration) throws(KafkaError) {
        let list = PartitionList(partitions, offset: Int64(RD_KAFKA_OFFSET_END))
        try client.use { (client) throws(KafkaError) in
            try check(list.lend { rd_kafka_offsets_for_times(client, $0, timeout.rdkafkaMilliseconds) })
        }
        let found = list.offsets
        ends.withLock { $0.merge(found) { $1 } }
    }

    /// Whether `assign` begins by number here.
    package func knowsEnd(of partition: TopicPartition) -> Bool { ends.withLock { $0[partition] != nil } }

    /// Answers an assign event: the partitions are ours, at an explicit offset (their end) and paused, so that nothing is fetched and no
    /// reset policy applies before `resume` and `seek`.
    package func assign(_ partitions: [TopicPartition]) throws(KafkaError) {
        let known = ends.withLock { $0 }
        let list = PartitionList(
            partitions.map {
                ConsumerOffset(topic: $0.topic, partition: $0.partition, offset: known[$0] ?? Int64(RD_KAFKA_OFFSET_END))
            })
        if rebalanceProtocol == .cooperative {
            try check(list.lend { rd_kafka_incremental_assign(client.pointer, $0) })
        } else {
            try check(list.lend { rd_kafka_assign(client.pointer, $0) })
        }
        hasBeenAssigned = true
        if !partitions.isEmpty { try check(list.lend { rd_kafka_pause_partitions(client.pointer, $0) }) }
    }

    /// Answers a revoke event.
    package func unassign(_ partitions: [TopicPartition]) throws(KafkaError) {
        if rebalanceProtocol == .cooperative {
            try check(PartitionList(partitions).lend { rd_kafka_incremental_unassign(client.pointer, $0) })
        } else {
            try check(rd_kafka_assign(client.pointer, nil))
        }
    }

    /// Throws away what was fetched ahead of these partitions.
    package func pause(_ partitions: [TopicPartition]) throws(KafkaError) {
        let list = PartitionList(partitions)
        try check(list.lend { rd_kafka_pause_partitions(client.pointer, $0) })
        try list.throwFirstError()
    }

    /// Before a `seek`, never after it: so the first record comes after 1–5 ms, the other way round after a second.
    package func resume(_ partitions: [TopicPartition]) throws(KafkaError) {
        let list = PartitionList(partitions)
        try check(list.lend { rd_kafka_resume_partitions(client.pointer, $0) })
        try list.throwFirstError()
    }

    /// Does not wait for the fetcher; records of before may still come.
    package func seek(_ partition: TopicPartition, to offset: Int64) throws(KafkaError) {
        let list = PartitionList([partition], offset: offset)
        try check(list.lend { rd_kafka_seek_partitions(client.pointer, $0, 0) })
    }

    // MARK: The group

    /// Nil where librdkafka has none.
    package func groupMetadata() -> GroupMetadata? {
        rd_kafka_consumer_group_metadata(client.pointer).map { GroupMetadata(consuming: $0) }
    }

    /// Leaves the group; the last revoke comes as an event and is answered like any other. Poll on until `isClosed`.
    package func closeQueue() {
        // librdkafka before 2.3 aborts the process when a cooperative consumer is closed before its first assignment.
        guard hasBeenAssigned || LibrdkafkaVersion.number >= 0x0203_0000 else {
            leftWithoutClose = true
            return
        }
        if let error = rd_kafka_consumer_close_queue(client.pointer, queue.pointer) { rd_kafka_error_destroy(error) }
    }

    package var isClosed: Bool { leftWithoutClose || rd_kafka_consumer_closed(client.pointer) != 0 }

    /// Frees the client, when the last blocking call has returned. Without `closeQueue` before, the group notices by the session timeout.
    /// A second call is without effect.
    package func destroy() {
        guard !isDestroyed else { return }
        isDestroyed = true
        answerLast()
        queue.wakeNobody()
        rd_kafka_queue_destroy(queue.pointer)
        client.destroy()
    }

    /// Librdkafka 2.0.2 frees no cooperative client with a rebalance unanswered: its main thread waits for the answer in a loop without
    /// pause. And between joining and the first assignment it aborts the process. So the first question is waited for, some seconds at
    /// most, and no partitions at all are the answer to whatever is open; where nothing is, that is refused or changes nothing.
    private func answerLast() {
        guard rebalanceProtocol == .cooperative, rd_kafka_consumer_closed(client.pointer) == 0 else { return }
        let deadline = MonotonicInstant.now + .seconds(5)
        while !hasBeenAssigned, LibrdkafkaVersion.number < 0x0203_0000, MonotonicInstant.now < deadline {
            if case .assign = queue.poll(client.pointer, timeout: 100) { break }
        }
        let nothing = PartitionList([])
        if let error = nothing.lend({ rd_kafka_incremental_assign(client.pointer, $0) }) { rd_kafka_error_destroy(error) }
    }

    /// Of SASL's PLAIN and SCRAM, for connections that are made from now on. From any thread.
    package func setCredentials(username: String, password: String) throws(KafkaError) {
        try client.setCredentials(username: username, password: password)
    }

    // MARK: Blocking calls, for other threads

    /// The group's committed offset with stable offsets required: waits out a transaction that has already sent its offsets.
    ///
    /// - Returns: nil where the group has none.
    package func committed(_ partition: TopicPartition, timeout: Duration) throws(KafkaError) -> Int64? {
        try client.use { (client) throws(KafkaError) in try GroupOffsets.committed(client, partition, timeout) }
    }

    /// Low and high watermark of a partition, as a `read_committed` reader sees the high one.
    package func watermarks(_ partition: TopicPartition, timeout: Duration) throws(KafkaError) -> (low: Int64, high: Int64) {
        try client.use { (client) throws(KafkaError) in try Watermarks.query(client, partition, timeout) }
    }

    /// Brokers, and the named topics with their partition counts. Not an admin request: safe in a running worker.
    package func metadata(of topics: [String], timeout: Duration) throws(KafkaError) -> ClusterMetadata {
        try client.use { (client) throws(KafkaError) in try ClusterMetadata.ask(client, topics: topics, timeout: timeout) }
    }
}
