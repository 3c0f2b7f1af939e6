internal import CLibrdkafka

/// Identity of a topic on one handle, for maps that must not make a String a record.
package struct TopicIdentity: Hashable, @unchecked Sendable {  // compared, never followed, except while a record lends it
    let pointer: OpaquePointer

    /// Valid while the handle lives.
    package var name: String { String(cString: rd_kafka_topic_name(pointer)) }
}

/// One consumed record: the owner of librdkafka's message. Bytes are lent, not copied; null and empty are kept apart.
package struct Record: ~Copyable {
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

    /// Milliseconds since 1970; -1 where the record has none.
    package var timestamp: Int64 { rd_kafka_message_timestamp(message, nil) }

    package borrowing func withKey<Result>(_ body: (UnsafeRawBufferPointer?) -> Result) -> Result {
        body(message.pointee.key.map { UnsafeRawBufferPointer(start: $0, count: message.pointee.key_len) })
    }

    package borrowing func withValue<Result>(_ body: (UnsafeRawBufferPointer?) -> Result) -> Result {
        body(message.pointee.payload.map { UnsafeRawBufferPointer(start: $0, count: message.pointee.len) })
    }

    /// Lends each header in order, repeated names included.
    package borrowing func withHeaders(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) -> Void) {
        var headers: OpaquePointer?
        guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR, let headers else { return }
        forEachHeader(headers, body)
    }
}

func forEachHeader(_ headers: OpaquePointer, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Void) {
    var index = 0
    var name: UnsafePointer<CChar>?
    var value: UnsafeRawPointer?
    var size = 0
    while rd_kafka_header_get_all(headers, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR, let name {
        body(UnsafeRawBufferPointer(start: name, count: strlen(name)), value.map { UnsafeRawBufferPointer(start: $0, count: size) })
        index += 1
    }
}

private func strlen(_ string: UnsafePointer<CChar>) -> Int {
    var count = 0
    while string[count] != 0 { count += 1 }
    return count
}
