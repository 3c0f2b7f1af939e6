internal import CLibrdkafka

/// A transactional producer. Every call blocks: it has a thread of its own (the committer), one call at a time.
///
/// `@unchecked Sendable`: made on one thread and handed to its own, which alone touches the table of topics.
package final class TransactionalProducer: @unchecked Sendable {
    private let client: ClientHandle
    private let failures: DeliveryFailures
    private let unanswered: UnansweredRequests
    private let topics: TopicTable
    private var isDestroyed = false

    /// What the client's callbacks point to.
    private final class Callbacks: Sendable {
        let failures = DeliveryFailures()
        let unanswered: UnansweredRequests

        init(_ initialisations: LateInitialisations) { unanswered = UnansweredRequests(initialisations: initialisations) }
    }

    /// - Parameters:
    ///   - properties: librdkafka's own keys. They override the defaults (transaction timeout 10 s, linger 5 ms, lz4, murmur2_random), but
    ///     not what guarantees hang on.
    ///   - initialisations: of this name, whatever becomes of this producer.
    package init(
        transactionalID: String, bootstrapServers: String, properties: [(key: String, value: String)],
        initialisations: LateInitialisations = LateInitialisations()
    ) throws(KafkaError) {
        let configuration = HandleConfiguration()
        try configuration.set([
            ("bootstrap.servers", bootstrapServers), ("transaction.timeout.ms", "10000"), ("linger.ms", "5"), ("compression.type", "lz4"),
            ("topic.metadata.refresh.interval.ms", "60000"), ("queue.buffering.max.messages", "100000"), ("partitioner", "murmur2_random"),
        ])
        try configuration.set(properties)
        try configuration.set([
            ("transactional.id", transactionalID), ("enable.idempotence", "true"), ("acks", "all"),
            // A flush is woken by reports alone; without them it looks again every 10 ms.
            ("delivery.report.only.error", "false"),
        ])
        let callbacks = Callbacks(initialisations)
        failures = callbacks.failures
        unanswered = callbacks.unanswered
        configuration.setDeliveryReport(DeliveryFailures.receive, opaque: Unmanaged.passUnretained(failures).toOpaque())
        try unanswered.watch(configuration)
        client = try ClientHandle(RD_KAFKA_PRODUCER, configuration, context: callbacks)
        try unanswered.checkWatch()
        topics = TopicTable(client)
    }

    deinit { destroy() }

    /// Of SASL's PLAIN and SCRAM, for connections that are made from now on. From any thread.
    package func setCredentials(username: String, password: String) throws(KafkaError) {
        try client.setCredentials(username: username, password: password)
    }

    /// Frees the client; blocks. A transaction that is open is left to its timeout, or to the next producer of this name.
    /// A second call is without effect.
    package func destroy() {
        guard !isDestroyed else { return }
        isDestroyed = true
        rd_kafka_purge(client.pointer, Int32(RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING))
        topics.removeAll()
        client.destroy()
    }

    /// Fences every earlier producer of this name and ends its transaction. Before the first transaction, once.
    package func initTransactions(timeout: Duration) throws(KafkaError) {
        try check(rd_kafka_init_transactions(client.pointer, timeout.rdkafkaMilliseconds))
    }

    /// Asks for the metadata of the topics that will be written: without it the first transaction takes a second (librdkafka 2.0.2).
    ///
    /// - Throws: also where a topic does not exist or may not be seen, with its name.
    package func askMetadata(of names: [String], timeout: Duration) throws(KafkaError) {
        for name in names {
            var metadata: UnsafePointer<rd_kafka_metadata>?
            try check(rd_kafka_metadata(client.pointer, 0, try topics.pointer(name), &metadata, timeout.rdkafkaMilliseconds), name)
            guard let metadata else { continue }
            defer { rd_kafka_metadata_destroy(metadata) }
            if metadata.pointee.topic_cnt > 0 { try check(metadata.pointee.topics[0].err, name) }
        }
    }

    /// Requests of its transactions that got no answer (Produce, AddPartitionsToTxn, AddOffsetsToTxn, TxnOffsetCommit, EndTxn), so far. A copy of one may
    /// still be under way, and would end or change the transaction that it meets: unless this is 0, never begin again, but make another
    /// producer of the name.
    package var unansweredRequests: Int { unanswered.count }

    /// Never after `unansweredRequests` has become more than 0.
    package func begin() throws(KafkaError) {
        failures.clear()
        try check(rd_kafka_begin_transaction(client.pointer))
    }

    /// Copies the record into the producer's queue. `lendHeaders` is called once where it is given, and lends each header.
    ///
    /// - Parameter partition: nil: by the key, as Java clients do (murmur2); null keys at random.
    package func produce(
        topic name: String, partition: Int32?, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers lendHeaders: (((UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Void) -> Void)? = nil
    ) throws(KafkaError) {
        let record = OutgoingRecord(topic: try topics.pointer(name), partition: partition, key: key, value: value)
        do throws(KafkaError) {
            try record.send(client.pointer, name: name, headers: lendHeaders)
        } catch {
            guard error.isUnknownTopic else { throw error }
            // The topic has grown since the client last looked, which it does each minute: until then every transaction would fail.
            try askMetadata(of: [name], timeout: .seconds(5))
            try record.send(client.pointer, name: name, headers: lendHeaders)
        }
    }

    /// Waits until every record of the transaction is acknowledged.
    ///
    /// - Throws: the first refusal of a record, with its topic; `_TIMED_OUT` while some are on their way.
    package func flush(timeout: Duration) throws(KafkaError) {
        let result = rd_kafka_flush(client.pointer, timeout.rdkafkaMilliseconds)
        if let error = failures.error { throw error }
        try check(result)
    }

    /// Puts the consumer offsets into the transaction, whose records have been flushed: else an end of the transaction between the two
    /// would commit offsets without what belongs to them. A stale member is refused here.
    package func sendOffsets(_ offsets: [ConsumerOffset], metadata: borrowing GroupMetadata, timeout: Duration) throws(KafkaError) {
        let list = PartitionList(offsets)
        let pointer = metadata.pointer
        try check(list.lend { rd_kafka_send_offsets_to_transaction(client.pointer, $0, pointer, timeout.rdkafkaMilliseconds) })
    }

    /// Flushes and commits. An error names the topic of the first record that was refused.
    package func commit(timeout: Duration) throws(KafkaError) {
        do throws(KafkaError) { try check(rd_kafka_commit_transaction(client.pointer, timeout.rdkafkaMilliseconds)) } catch {
            throw named(error)
        }
    }

    package func abort(timeout: Duration) throws(KafkaError) {
        try check(rd_kafka_abort_transaction(client.pointer, timeout.rdkafkaMilliseconds))
    }

    /// The error with the topic and code of the record that caused it, where a record did.
    package func named(_ error: KafkaError) -> KafkaError { failures.explain(error) }
}
