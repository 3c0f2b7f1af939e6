internal import CLibrdkafka
internal import EventLoop
internal import Time

/// Reads one partition at a time from an offset to an end: how a ledger is restored. Blocking; one thread at a time.
package final class PartitionReader: Sendable {
    private let reader: LogReader
    /// Sees what a `read_committed` client does not: the watermark above open transactions.
    private let uncommitted: LogReader

    /// - Parameter properties: librdkafka's own keys, the operator's (TLS, SASL).
    package init(bootstrapServers: String, properties: [(key: String, value: String)]) throws(KafkaError) {
        reader = try LogReader(bootstrapServers: bootstrapServers, isolation: .committed, properties: properties)
        uncommitted = try LogReader(bootstrapServers: bootstrapServers, isolation: .uncommitted, properties: properties)
    }

    /// Low watermark, and the high one above transactions that are still open.
    package func uncommittedWatermarks(_ partition: TopicPartition, timeout: Duration) throws(KafkaError) -> (low: Int64, high: Int64) {
        do throws(KafkaError) {
            return try uncommitted.watermarks(partition, timeout: timeout)
        } catch {
            guard error.isUnknownTopic else { throw error }
            // The topic may have grown since this client last looked, and by itself it looks every five minutes only.
            // What these questions fail of, the last one fails of too, and says so.
            for client in [reader, uncommitted] { _ = try? client.metadata(of: [partition.topic], timeout: timeout) }
            return try uncommitted.watermarks(partition, timeout: timeout)
        }
    }

    /// Where what may be read ends now: below transactions that are still open.
    package func committedEnd(of partition: TopicPartition, timeout: Duration) throws(KafkaError) -> Int64 {
        try reader.watermarks(partition, timeout: timeout).high
    }

    /// The named topics with their partition counts, asked now.
    package func metadata(of topics: [String], timeout: Duration) throws(KafkaError) -> ClusterMetadata {
        try reader.metadata(of: topics, timeout: timeout)
    }

    /// As `readRecords`, for who needs keys and values alone.
    @discardableResult
    package func read(
        _ partition: TopicPartition, from offset: Int64, through end: Int64, evenIfEmpty: Bool = false, stall: Duration,
        isCancelled: () -> Bool,
        _ body: (_ offset: Int64, _ key: UnsafeRawBufferPointer?, _ value: UnsafeRawBufferPointer?) -> Bool
    ) throws(KafkaError) -> Int64 {
        try readRecords(partition, from: offset, through: end, evenIfEmpty: evenIfEmpty, stall: stall, isCancelled: isCancelled) { record in
            let offset = record.offset
            return record.withKey { key in record.withValue { body(offset, key, $0) } }
        }
    }

    /// Reads committed records from `offset` until an end of the partition at or past `end`: an earlier end means that a transaction is
    /// still open, and is waited out.
    ///
    /// - Parameters:
    ///   - evenIfEmpty: asks the broker also where there is nothing to read: whoever may not read would hear of it only when there is.
    ///   - stall: without a record for so long it throws a timeout.
    ///   - isCancelled: asked at least every 100 ms and every 1,000 records.
    ///   - body: lends the record; returns false to stop early.
    /// - Returns: the offset behind the last record, or of the end.
    @discardableResult
    package func readRecords(
        _ partition: TopicPartition, from offset: Int64, through end: Int64, evenIfEmpty: Bool = false, stall: Duration,
        isCancelled: () -> Bool,
        _ body: (borrowing Record) -> Bool
    ) throws(KafkaError) -> Int64 {
        guard offset < end || evenIfEmpty else { return offset }
        try reader.start(partition, at: .offset(offset))
        defer { reader.stop(partition) }
        var next = offset
        var count = 0
        var lastRecord = MonotonicInstant.now
        var step = Duration.milliseconds(5)
        while true {
            switch reader.poll(timeout: step) {
            case .record(let record):
                // One that an earlier read of another partition, or of this one, has left in the queue.
                guard record.offset >= next, record.isOf(partition) else { continue }
                next = record.offset.clampedSum(1)
                if !body(record) { return next }
                count += 1
                lastRecord = .now
                guard count % 1_000 == 0 else { continue }
            case .endOfPartition(let place, let offset):
                guard place == partition else { continue }
                next = max(next, offset)
                if offset >= end { return next }
            // Of group members only.
            case .assign: continue
            case .revoke: continue
            case .statistics: continue
            case .error(let error):
                // Connections come and go; what stays wrong shows as a stall.
                guard error.isTransport else { throw error }
            case nil:
                // The client's broker thread may sleep for half a second before it looks at a new partition: a question wakes it.
                if step < .milliseconds(100) {
                    step = step * 2
                    _ = try? reader.watermarks(partition, timeout: .seconds(1))
                }
            }
            if isCancelled() { throw KafkaError(RD_KAFKA_RESP_ERR__DESTROY, "reading \(partition) was cancelled") }
            let waited = MonotonicInstant.now - lastRecord
            if waited > stall {
                throw KafkaError(
                    RD_KAFKA_RESP_ERR__TIMED_OUT, "\(partition) gave neither a record nor its end for \(waited.milliseconds / 1_000) s",
                    isRetriable: true)
            }
        }
    }
}
