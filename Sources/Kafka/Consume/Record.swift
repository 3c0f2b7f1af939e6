internal import CLibrdkafka
internal import Glibc

/// One consumed record: the owner of librdkafka's message. Bytes are lent, not copied; null and empty are kept apart.
package struct Record: ~Copyable {
    /// Whose clock a timestamp is of.
    package enum TimestampKind: Equatable, Sendable { case none, producer, broker }

    private let event: OpaquePointer
    private let message: UnsafePointer<rd_kafka_message_t>

    /// Takes the fetch event over.
    init(event: OpaquePointer, message: UnsafePointer<rd_kafka_message_t>) {
        self.event = event
        self.message = message
    }

    deinit { rd_kafka_event_destroy(event) }

    package var topic: TopicIdentity { TopicIdentity(pointer: message.pointee.rkt) }
    package var partition: Int32 { message.pointee.partition }
    package var offset: Int64 { message.pointee.offset }

    /// Compares without making a String.
    package borrowing func isOf(_ partition: TopicPartition) -> Bool {
        guard message.pointee.partition == partition.partition, let name = rd_kafka_topic_name(message.pointee.rkt) else { return false }
        return partition.topic.withCString { strcmp($0, name) == 0 }
    }

    /// Milliseconds since 1970; -1 where the record has none.
    package var timestamp: Int64 { rd_kafka_message_timestamp(message, nil) }

    package var timestampKind: TimestampKind {
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        _ = rd_kafka_message_timestamp(message, &kind)
        return kind == RD_KAFKA_TIMESTAMP_CREATE_TIME ? .producer : kind == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? .broker : .none
    }

    package borrowing func withKey<Result>(_ body: (UnsafeRawBufferPointer?) -> Result) -> Result {
        body(message.pointee.key.map { UnsafeRawBufferPointer(start: $0, count: message.pointee.key_len) })
    }

    package borrowing func withValue<Result>(_ body: (UnsafeRawBufferPointer?) -> Result) -> Result {
        body(message.pointee.payload.map { UnsafeRawBufferPointer(start: $0, count: message.pointee.len) })
    }

    /// Lends each header in order, repeated names included. They are parsed here, not before.
    package borrowing func withHeaders(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) -> Void) {
        Self.readHeaders(of: headerContext, body)
    }

    /// For `readHeaders`: valid as long as the record.
    package var headerContext: UnsafeRawPointer { UnsafeRawPointer(message) }

    package static func readHeaders(
        of context: UnsafeRawPointer, _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) -> Void
    ) {
        let message = context.assumingMemoryBound(to: rd_kafka_message_t.self)
        var headers: OpaquePointer?
        guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR, let headers else { return }
        var index = 0
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while rd_kafka_header_get_all(headers, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR, let name {
            body(UnsafeRawBufferPointer(start: name, count: strlen(name)), value.map { UnsafeRawBufferPointer(start: $0, count: size) })
            index += 1
        }
    }
}
