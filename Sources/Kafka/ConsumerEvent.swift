internal import CLibrdkafka

/// What comes out of a consumer's queues, one thing at a time.
package enum ConsumerEvent: ~Copyable {
    case record(Record)
    /// Everything below `offset` has been given out; transaction markers may stand there.
    case endOfPartition(TopicPartition, offset: Int64)
    /// To be answered with `assign`, with 0 partitions too.
    case assign([TopicPartition])
    /// To be answered with `unassign`; until then the group waits.
    case revoke([TopicPartition], isLost: Bool)
    case error(KafkaError)
}

/// The queue of librdkafka behind it, and what its events mean.
struct EventQueue {
    let pointer: OpaquePointer

    /// The next event, without waiting (or up to `timeout` ms); nil: none.
    func poll(handle: OpaquePointer, timeout: Int32 = 0) -> ConsumerEvent? {
        while let event = rd_kafka_queue_poll(pointer, timeout) {
            switch rd_kafka_event_type(event) {
            case RD_KAFKA_EVENT_FETCH:
                guard let message = rd_kafka_event_message_next(event) else { break }
                if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR { return .record(Record(event: event, message: message)) }
                defer { rd_kafka_event_destroy(event) }
                return .error(Self.error(of: message))
            case RD_KAFKA_EVENT_REBALANCE:
                defer { rd_kafka_event_destroy(event) }
                let partitions = rd_kafka_event_topic_partition_list(event).map {
                    PartitionList.elements($0).map { TopicPartition(topic: String(cString: $0.topic), partition: $0.partition) }
                }
                if rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS { return .assign(partitions ?? []) }
                return .revoke(partitions ?? [], isLost: rd_kafka_assignment_lost(handle) != 0)
            case RD_KAFKA_EVENT_ERROR:
                defer { rd_kafka_event_destroy(event) }
                if rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__PARTITION_EOF, let place = rd_kafka_event_topic_partition(event) {
                    defer { rd_kafka_topic_partition_destroy(place) }
                    return .endOfPartition(
                        TopicPartition(topic: String(cString: place.pointee.topic), partition: place.pointee.partition),
                        offset: place.pointee.offset)
                }
                return .error(error(of: event, handle))
            default: break
            }
            rd_kafka_event_destroy(event)
        }
        return nil
    }

    private static func error(of message: UnsafePointer<rd_kafka_message_t>) -> KafkaError {
        let place = message.pointee.rkt.map { "\(String(cString: rd_kafka_topic_name($0)))-\(message.pointee.partition): " } ?? ""
        return KafkaError(message.pointee.err, place + (rd_kafka_err2str(message.pointee.err).map { String(cString: $0) } ?? ""))
    }

    private func error(of event: OpaquePointer, _ handle: OpaquePointer) -> KafkaError {
        let code = rd_kafka_event_error(event)
        let text = rd_kafka_event_error_string(event).map { String(cString: $0) }
        guard code == RD_KAFKA_RESP_ERR__FATAL else { return KafkaError(code, text) }
        var message = [CChar](repeating: 0, count: 512)
        let cause = rd_kafka_fatal_error(handle, &message, message.count)
        return KafkaError(cause, String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self), isFatal: true)
    }
}
