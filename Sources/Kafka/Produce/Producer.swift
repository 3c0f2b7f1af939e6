internal import CLibrdkafka
internal import EventLoop

/// An idempotent producer, for tools: it says of every record where it went or why it did not. Every call may block; one thread at a time.
///
/// `@unchecked Sendable`: one thread uses it at a time, and so the table of topics.
package final class Producer: @unchecked Sendable {
    private let client: ClientHandle
    private let reports: DeliveryReports
    private let topics: TopicTable

    /// - Parameter properties: librdkafka's own keys. They override the defaults (linger 5 ms, lz4, murmur2_random as Java clients do).
    package init(bootstrapServers: String, properties: [(key: String, value: String)]) throws(KafkaError) {
        let configuration = HandleConfiguration()
        try configuration.set([
            ("bootstrap.servers", bootstrapServers), ("linger.ms", "5"), ("compression.type", "lz4"), ("partitioner", "murmur2_random"),
        ])
        try configuration.set(properties.filter { $0.key != "partition.assignment.strategy" })
        try configuration.set([("enable.idempotence", "true"), ("acks", "all")])
        let reports = DeliveryReports()
        configuration.setDeliveryReport(DeliveryReports.receive, opaque: Unmanaged.passUnretained(reports).toOpaque())
        client = try ClientHandle(RD_KAFKA_PRODUCER, configuration, context: reports)
        self.reports = reports
        topics = TopicTable(client)
    }

    deinit {
        rd_kafka_purge(client.pointer, Int32(RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING))
        topics.removeAll()
    }

    /// Copies the record into the queue; waits up to ten seconds while the queue is full. Its report comes later, under `tag`.
    ///
    /// - Parameter partition: nil: by the key, as Java clients do (murmur2); null keys at random.
    package func produce(
        topic name: String, partition: Int32?, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers lendHeaders: (((UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Void) -> Void)? = nil, tag: Int
    ) throws(KafkaError) {
        let record = OutgoingRecord(topic: try topics.pointer(name), partition: partition, key: key, value: value, tag: tag)
        try record.send(client.pointer, name: name, headers: lendHeaders)
    }

    /// The reports that have come since the last call, waiting up to `timeout` for the first. Whoever produces without end takes them
    /// without end.
    package func takeReports(timeout: Duration = .zero) -> [DeliveryReport] {
        rd_kafka_poll(client.pointer, timeout.rdkafkaMilliseconds)
        return reports.take()
    }

    /// Waits until every record has its report, up to `timeout`. What has none then is still on its way, and may arrive.
    ///
    /// - Throws: `_TIMED_OUT` while some have none.
    package func flush(timeout: Duration) throws(KafkaError) {
        try check(rd_kafka_flush(client.pointer, timeout.rdkafkaMilliseconds))
    }
}

/// What became of one produced record.
package struct DeliveryReport: Sendable {
    /// As it was given to `produce`.
    package let tag: Int
    package let partition: Int32
    /// Nil where the record was refused.
    package let offset: Int64?
    package let error: KafkaError?
}
