internal import CLibrdkafka
internal import Synchronization

/// A transactional producer. Every call blocks: it has a thread of its own (the committer), one call at a time.
///
/// `@unchecked Sendable`: made on one thread and handed to its own; the failure box is guarded by its mutex.
package final class TransactionalProducer: @unchecked Sendable {
    /// The first record of a transaction that a broker refused: the abort's own error does not name the topic.
    private final class Failures: Sendable {
        let first = Mutex<(topic: String, code: Int32)?>(nil)
    }

    private let handle: OpaquePointer
    private let failures = Failures()
    private var topics: [String: OpaquePointer] = [:]
    private var isDestroyed = false

    /// - Parameter properties: override the worker's defaults, except what guarantees hang on.
    package init(transactionalID: String, bootstrapServers: String, properties: [(key: String, value: String)]) throws(KafkaError) {
        let configuration = HandleConfiguration()
        try configuration.set([
            ("bootstrap.servers", bootstrapServers), ("transaction.timeout.ms", "10000"), ("linger.ms", "5"), ("compression.type", "lz4"),
            ("topic.metadata.refresh.interval.ms", "60000"), ("queue.buffering.max.messages", "100000"), ("partitioner", "murmur2_random"),
        ])
        try configuration.set(properties)
        try configuration.set([
            ("transactional.id", transactionalID), ("enable.idempotence", "true"), ("acks", "all"), ("delivery.report.only.error", "true"),
        ])
        configuration.setDeliveryReport(Self.delivered, opaque: Unmanaged.passUnretained(failures).toOpaque())
        handle = try configuration.makeHandle(RD_KAFKA_PRODUCER)
    }

    deinit { destroy() }

    /// Frees the handle; blocks. A transaction that is open is left to its timeout, or to the next producer of this name.
    package func destroy() {
        guard !isDestroyed else { return }
        isDestroyed = true
        rd_kafka_purge(handle, Int32(RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING))
        for topic in topics.values { rd_kafka_topic_destroy(topic) }
        rd_kafka_destroy(handle)
    }

    private static let delivered: @convention(c) (OpaquePointer?, UnsafePointer<rd_kafka_message_t>?, UnsafeMutableRawPointer?) -> Void = {
        _, message, opaque in
        guard let message, let opaque, message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR, let topic = message.pointee.rkt else { return }
        let failures = Unmanaged<Failures>.fromOpaque(opaque).takeUnretainedValue()
        let code = message.pointee.err
        // What was purged fell with another record; that one is the cause.
        guard code != RD_KAFKA_RESP_ERR__PURGE_QUEUE, code != RD_KAFKA_RESP_ERR__PURGE_INFLIGHT else { return }
        failures.first.withLock { if $0 == nil { $0 = (String(cString: rd_kafka_topic_name(topic)), code.rawValue) } }
    }

    /// Fences every earlier producer of this name and ends its transaction. Before the first transaction, once.
    package func initTransactions(timeout: Duration) throws(KafkaError) {
        try check(rd_kafka_init_transactions(handle, timeout.rdkafkaMilliseconds))
    }

    /// Asks for the metadata of the topics that will be written: without it the first transaction takes a second (librdkafka 2.0.2).
    package func askMetadata(of names: [String], timeout: Duration) throws(KafkaError) {
        for name in names {
            var metadata: UnsafePointer<rd_kafka_metadata>?
            try check(rd_kafka_metadata(handle, 0, try topic(name), &metadata, timeout.rdkafkaMilliseconds))
            rd_kafka_metadata_destroy(metadata)
        }
    }

    package func begin() throws(KafkaError) {
        failures.first.withLock { $0 = nil }
        try check(rd_kafka_begin_transaction(handle))
    }

    /// Copies the record into the producer's queue. `forEachHeader` is called once where it is given, and lends each header.
    ///
    /// - Parameter partition: nil: by the key, as Java clients do (murmur2); null keys at random.
    package func produce(
        topic name: String, partition: Int32?, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers forEachHeader: (((UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Void) -> Void)? = nil
    ) throws(KafkaError) {
        let topic = try topic(name)
        var headers: OpaquePointer?
        if let forEachHeader {
            let list = rd_kafka_headers_new(8)
            forEachHeader { name, value in
                rd_kafka_header_add(
                    list, name.baseAddress?.assumingMemoryBound(to: CChar.self), name.count, value?.baseAddress ?? (value == nil ? nil : emptyValue),
                    value?.count ?? 0)
            }
            headers = list
        }
        var attempts = 0
        while true {
            let result = produceOnce(topic, partition ?? RD_KAFKA_PARTITION_UA, key, value, headers)
            if result == RD_KAFKA_RESP_ERR_NO_ERROR { return }
            guard result == RD_KAFKA_RESP_ERR__QUEUE_FULL, attempts < 100 else {
                if let headers { rd_kafka_headers_destroy(headers) }
                throw KafkaError(result, "\(name): \(String(cString: rd_kafka_err2str(result)))")
            }
            attempts += 1
            rd_kafka_poll(handle, 100)
        }
    }

    private func produceOnce(
        _ topic: OpaquePointer, _ partition: Int32, _ key: UnsafeRawBufferPointer?, _ value: UnsafeRawBufferPointer?, _ headers: OpaquePointer?
    ) -> rd_kafka_resp_err_t {
        let keyStart = key.map { $0.baseAddress ?? emptyValue }
        let valueStart = value.map { $0.baseAddress ?? emptyValue }
        var units: (rd_kafka_vu_t, rd_kafka_vu_t, rd_kafka_vu_t, rd_kafka_vu_t, rd_kafka_vu_t, rd_kafka_vu_t) = (
            rd_kafka_vu_t(), rd_kafka_vu_t(), rd_kafka_vu_t(), rd_kafka_vu_t(), rd_kafka_vu_t(), rd_kafka_vu_t()
        )
        units.0.vtype = RD_KAFKA_VTYPE_RKT
        units.0.u.rkt = topic
        units.1.vtype = RD_KAFKA_VTYPE_PARTITION
        units.1.u.i32 = partition
        units.2.vtype = RD_KAFKA_VTYPE_MSGFLAGS
        units.2.u.i = Int32(RD_KAFKA_MSG_F_COPY)
        units.3.vtype = RD_KAFKA_VTYPE_KEY
        units.3.u.mem.ptr = keyStart.map { UnsafeMutableRawPointer(mutating: $0) }
        units.3.u.mem.size = key?.count ?? 0
        units.4.vtype = RD_KAFKA_VTYPE_VALUE
        units.4.u.mem.ptr = valueStart.map { UnsafeMutableRawPointer(mutating: $0) }
        units.4.u.mem.size = value?.count ?? 0
        units.5.vtype = RD_KAFKA_VTYPE_HEADERS
        units.5.u.headers = headers
        let count = headers == nil ? 5 : 6
        let error = withUnsafePointer(to: units) {
            $0.withMemoryRebound(to: rd_kafka_vu_t.self, capacity: 6) { rd_kafka_produceva(handle, $0, count) }
        }
        guard let error else { return RD_KAFKA_RESP_ERR_NO_ERROR }
        defer { rd_kafka_error_destroy(error) }
        return rd_kafka_error_code(error)
    }

    /// Puts the consumer offsets into the transaction; a stale member is refused here.
    package func sendOffsets(_ offsets: [ConsumerOffset], metadata: borrowing GroupMetadata, timeout: Duration) throws(KafkaError) {
        let list = PartitionList(offsets)
        let pointer = metadata.pointer
        try check(list.lend { rd_kafka_send_offsets_to_transaction(handle, $0, pointer, timeout.rdkafkaMilliseconds) })
    }

    /// Flushes and commits. An error names the topic of the first record that was refused.
    package func commit(timeout: Duration) throws(KafkaError) {
        do throws(KafkaError) { try check(rd_kafka_commit_transaction(handle, timeout.rdkafkaMilliseconds)) } catch {
            throw named(error)
        }
    }

    package func abort(timeout: Duration) throws(KafkaError) {
        try check(rd_kafka_abort_transaction(handle, timeout.rdkafkaMilliseconds))
    }

    /// The error with the topic and code of the record that caused it.
    package func named(_ error: KafkaError) -> KafkaError {
        guard let failure = failures.first.withLock({ $0 }) else { return error }
        let code = rd_kafka_err2name(rd_kafka_resp_err_t(failure.code)).map { String(cString: $0) } ?? "\(failure.code)"
        return error.described("the topic \(failure.topic) refused a record (\(code)): \(error.message)")
    }

    private func topic(_ name: String) throws(KafkaError) -> OpaquePointer {
        if let topic = topics[name] { return topic }
        guard let topic = rd_kafka_topic_new(handle, name, nil) else { throw KafkaError(rd_kafka_last_error()) }
        topics[name] = topic
        return topic
    }
}

/// A place for values of no bytes: librdkafka keeps empty and null apart by the pointer. Never read or written, so any thread may have it.
nonisolated(unsafe) let emptyValue: UnsafeRawPointer = UnsafeRawPointer(UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))
