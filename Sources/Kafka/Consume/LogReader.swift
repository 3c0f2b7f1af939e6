internal import CLibrdkafka

/// Reads partitions of any topics from given offsets, outside any group: it asks for no right but Read on the topics. Its records and ends
/// come from one queue. One thread at a time; records must be gone before it is.
///
/// `@unchecked Sendable`: one thread uses it at a time; `watermarks` alone comes from others, under the client's own lock.
package final class LogReader: @unchecked Sendable {
    package enum Isolation: String, Sendable {
        case committed = "read_committed"
        /// Sees open and aborted transactions, and the watermark above them.
        case uncommitted = "read_uncommitted"
    }

    package enum Position: Equatable, Sendable {
        case beginning, end
        case offset(Int64)
    }

    private let client: ClientHandle
    private let queue: EventQueue
    private var topics: [TopicPartition: OpaquePointer] = [:]

    /// - Parameter properties: librdkafka's own keys, the operator's (TLS, SASL).
    package init(bootstrapServers: String, isolation: Isolation, properties: [(key: String, value: String)]) throws(KafkaError) {
        let configuration = HandleConfiguration()
        // An end comes after `fetch.wait.max.ms`: 510 ms with the default, 30 ms so.
        try configuration.set([
            ("bootstrap.servers", bootstrapServers), ("fetch.wait.max.ms", "20"), ("queued.min.messages", "100000"),
            ("queued.max.messages.kbytes", "16384"), ("fetch.error.backoff.ms", "10"),
            ("check.crcs", "true"),
        ])
        try configuration.set(properties.filter { $0.key != "partition.assignment.strategy" })
        try configuration.set([
            ("enable.partition.eof", "true"), ("auto.offset.reset", "error"), ("isolation.level", isolation.rawValue),
        ])
        configuration.enableEvents(Int32(RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_ERROR))
        client = try ClientHandle(RD_KAFKA_CONSUMER, configuration)
        guard let pointer = rd_kafka_queue_new(client.pointer), let main = rd_kafka_queue_get_main(client.pointer) else {
            preconditionFailure("librdkafka makes a queue unless memory has run out")
        }
        rd_kafka_queue_forward(main, pointer)
        rd_kafka_queue_destroy(main)
        queue = EventQueue(pointer: pointer)
    }

    deinit {
        for partition in topics.keys { stop(partition) }
        rd_kafka_queue_destroy(queue.pointer)
    }

    /// Begins to read a partition that is not read yet. What is wrong with it comes as an event.
    package func start(_ partition: TopicPartition, at position: Position) throws(KafkaError) {
        guard topics[partition] == nil else { throw KafkaError(local: "\(partition) is being read already") }
        guard let topic = rd_kafka_topic_new(client.pointer, partition.topic, nil) else { throw KafkaError(rd_kafka_last_error()) }
        let offset =
            switch position {
            case .beginning: Int64(RD_KAFKA_OFFSET_BEGINNING)
            case .end: Int64(RD_KAFKA_OFFSET_END)
            case .offset(let offset): offset
            }
        guard rd_kafka_consume_start_queue(topic, partition.partition, offset, queue.pointer) == 0 else {
            let error = KafkaError(rd_kafka_last_error())
            rd_kafka_topic_destroy(topic)
            throw error
        }
        topics[partition] = topic
    }

    /// Ends the reading of a partition; events of it that are queued may still come.
    package func stop(_ partition: TopicPartition) {
        guard let topic = topics.removeValue(forKey: partition) else { return }
        rd_kafka_consume_stop(topic, partition.partition)
        rd_kafka_topic_destroy(topic)
    }

    /// The next record, end or error; nil: none within `timeout`.
    package func poll(timeout: Duration) -> ConsumerEvent? { queue.poll(client.pointer, timeout: timeout.rdkafkaMilliseconds) }

    /// Low and high watermark of a partition, the high one as this reader's isolation sees it. Blocks; from any thread.
    package func watermarks(_ partition: TopicPartition, timeout: Duration) throws(KafkaError) -> (low: Int64, high: Int64) {
        try client.use { (client) throws(KafkaError) in try Watermarks.query(client, partition, timeout) }
    }

    /// Where a partition that is read ended at the last fetch, as far as the broker has it; nil: not known. Asks nobody.
    package func knownEnd(_ partition: TopicPartition) -> Int64? { (try? client.use { Watermarks.known($0, partition) }) ?? nil }

    /// Brokers, and the named topics with their partition counts; nil: all topics that may be seen. Blocks; from any thread.
    package func metadata(of topics: [String]?, timeout: Duration) throws(KafkaError) -> ClusterMetadata {
        try client.use { (client) throws(KafkaError) in try ClusterMetadata.ask(client, topics: topics, timeout: timeout) }
    }
}
