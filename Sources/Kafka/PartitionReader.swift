internal import CLibrdkafka
internal import Synchronization

/// Reads one partition at a time from an offset to an end, outside any group: how a ledger is restored. Blocking; one thread at a time.
///
/// `@unchecked Sendable`: one thread uses it; `cancel` alone comes from others and is atomic.
package final class PartitionReader: @unchecked Sendable {
    private let handle: OpaquePointer
    /// Sees what a `read_committed` handle does not: the watermark above open transactions.
    private let uncommitted: OpaquePointer

    /// - Parameter properties: the operator's own (TLS, SASL).
    package init(bootstrapServers: String, properties: [(key: String, value: String)]) throws(KafkaError) {
        func make(_ isolation: String) throws(KafkaError) -> OpaquePointer {
            let configuration = HandleConfiguration()
            // An EOF comes after `fetch.wait.max.ms`: 510 ms with the default, 30 ms so.
            try configuration.set([
                ("bootstrap.servers", bootstrapServers), ("fetch.wait.max.ms", "20"), ("queued.min.messages", "100000"),
                ("queued.max.messages.kbytes", "16384"), ("fetch.error.backoff.ms", "10"),
            ])
            try configuration.set(properties.filter { $0.key != "partition.assignment.strategy" })
            try configuration.set([
                ("group.id", "unused"), ("enable.auto.commit", "false"), ("enable.partition.eof", "true"), ("auto.offset.reset", "earliest"),
                ("isolation.level", isolation),
            ])
            let handle = try configuration.makeHandle(RD_KAFKA_CONSUMER)
            rd_kafka_poll_set_consumer(handle)
            return handle
        }
        handle = try make("read_committed")
        do throws(KafkaError) { uncommitted = try make("read_uncommitted") } catch {
            rd_kafka_destroy(handle)
            throw error
        }
    }

    deinit {
        rd_kafka_destroy_flags(handle, Int32(RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE))
        rd_kafka_destroy_flags(uncommitted, Int32(RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE))
    }

    /// Low watermark, and the high one above transactions that are still open.
    package func uncommittedWatermarks(_ partition: TopicPartition, timeout: Duration) throws(KafkaError) -> (low: Int64, high: Int64) {
        var low: Int64 = 0
        var high: Int64 = 0
        try check(
            rd_kafka_query_watermark_offsets(uncommitted, partition.topic, partition.partition, &low, &high, timeout.rdkafkaMilliseconds))
        return (low, high)
    }

    /// Reads committed records from `offset` until an end of the partition at or past `end`: an earlier end means that a transaction is
    /// still open, and is waited out.
    ///
    /// - Parameters:
    ///   - deadline: without progress for so long it throws a timeout.
    ///   - body: lends key and value; returns false to stop early.
    /// - Returns: the offset behind the last record.
    @discardableResult
    package func read(
        _ partition: TopicPartition, from offset: Int64, through end: Int64, stall deadline: Duration, isCancelled: () -> Bool,
        _ body: (_ offset: Int64, _ key: UnsafeRawBufferPointer?, _ value: UnsafeRawBufferPointer?) -> Bool
    ) throws(KafkaError) -> Int64 {
        guard offset < end else { return offset }
        try check(PartitionList([partition], offset: offset).lend { rd_kafka_assign(handle, $0) })
        defer { rd_kafka_assign(handle, nil) }
        var next = offset
        var waited: Int32 = 0
        var step: Int32 = 5
        while true {
            guard let message = rd_kafka_consumer_poll(handle, step) else {
                if step < 100 {
                    // The client's broker thread may sleep for half a second before it looks at a new assignment: a question wakes it.
                    var low: Int64 = 0
                    var high: Int64 = 0
                    rd_kafka_query_watermark_offsets(handle, partition.topic, partition.partition, &low, &high, 1_000)
                    step = min(100, step * 2)
                }
                if isCancelled() { throw KafkaError(RD_KAFKA_RESP_ERR__DESTROY, "reading \(partition) was cancelled") }
                waited += step
                if waited > deadline.rdkafkaMilliseconds {
                    throw KafkaError(
                        RD_KAFKA_RESP_ERR__TIMED_OUT, "\(partition) gave neither a record nor its end for \(waited / 1_000) s", isRetriable: true)
                }
                continue
            }
            defer { rd_kafka_message_destroy(message) }
            switch message.pointee.err {
            case RD_KAFKA_RESP_ERR_NO_ERROR:
                waited = 0
                next = message.pointee.offset + 1
                let goesOn = body(
                    message.pointee.offset, message.pointee.key.map { UnsafeRawBufferPointer(start: $0, count: message.pointee.key_len) },
                    message.pointee.payload.map { UnsafeRawBufferPointer(start: $0, count: message.pointee.len) })
                if !goesOn { return next }
            case RD_KAFKA_RESP_ERR__PARTITION_EOF:
                next = max(next, message.pointee.offset)
                if message.pointee.offset >= end { return next }
                if isCancelled() { throw KafkaError(RD_KAFKA_RESP_ERR__DESTROY, "reading \(partition) was cancelled") }
                waited += 20
            default:
                let code = message.pointee.err
                // Connections come and go; what stays wrong shows as a stall.
                if code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN { continue }
                throw KafkaError(code)
            }
        }
    }
}
