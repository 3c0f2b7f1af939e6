internal import CLibrdkafka
internal import Glibc
internal import JSON

/// A queue of librdkafka's, and what its events mean. Whoever made it frees it.
struct EventQueue {
    let pointer: OpaquePointer

    /// The next event, without waiting or up to `timeout` ms; nil: none.
    func poll(_ client: OpaquePointer, timeout: Int32 = 0) -> ConsumerEvent? {
        while let event = rd_kafka_queue_poll(pointer, timeout) {
            switch rd_kafka_event_type(event) {
            case RD_KAFKA_EVENT_FETCH:
                guard let message = rd_kafka_event_message_next(event) else { break }
                if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR { return .record(Record(event: event, message: message)) }
                defer { rd_kafka_event_destroy(event) }
                return .error(Self.error(message))
            case RD_KAFKA_EVENT_REBALANCE:
                defer { rd_kafka_event_destroy(event) }
                let partitions = rd_kafka_event_topic_partition_list(event).map { PartitionList.partitions($0) } ?? []
                if rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS { return .assign(partitions) }
                return .revoke(partitions, isLost: rd_kafka_assignment_lost(client) != 0)
            case RD_KAFKA_EVENT_ERROR:
                defer { rd_kafka_event_destroy(event) }
                return Self.failure(event, client)
            case RD_KAFKA_EVENT_STATS:
                defer { rd_kafka_event_destroy(event) }
                return .statistics(Self.statistics(event))
            default: break
            }
            rd_kafka_event_destroy(event)
        }
        return nil
    }

    /// Writes 8 bytes to an eventfd when the empty queue gets an event.
    func wake(eventDescriptor: CInt) {
        var one: UInt64 = 1
        rd_kafka_queue_io_event_enable(pointer, eventDescriptor, &one, 8)
    }

    /// Nil where they cannot be read: the log says so, and nothing hangs on them.
    private static func statistics(_ event: OpaquePointer) -> Statistics? {
        guard let text = rd_kafka_event_stats(event) else { return nil }
        do throws(JSONError) {
            return try Statistics(json: UnsafeRawBufferPointer(start: text, count: strlen(text)))
        } catch {
            KafkaLog.unreadableStatistics(error.description)
            return nil
        }
    }

    /// Before the descriptor is closed: librdkafka keeps the queue for itself, and would write to whoever gets the number next.
    func wakeNobody() { rd_kafka_queue_io_event_enable(pointer, -1, nil, 0) }

    /// Ends of partitions come as errors too.
    private static func failure(_ event: OpaquePointer, _ client: OpaquePointer) -> ConsumerEvent {
        let code = rd_kafka_event_error(event)
        let place = rd_kafka_event_topic_partition(event)
        defer { if let place { rd_kafka_topic_partition_destroy(place) } }
        let partition = place.map { TopicPartition(topic: String(cString: $0.pointee.topic), partition: $0.pointee.partition) }
        if code == RD_KAFKA_RESP_ERR__PARTITION_EOF, let partition, let place {
            return .endOfPartition(partition, offset: place.pointee.offset)
        }
        guard code == RD_KAFKA_RESP_ERR__FATAL else {
            let text = rd_kafka_event_error_string(event).map { String(cString: $0) } ?? ""
            return .error(KafkaError(code, partition.map { "\($0): \(text)" } ?? text))
        }
        var message = [CChar](repeating: 0, count: 512)
        let cause = rd_kafka_fatal_error(client, &message, message.count)
        return .error(KafkaError(cause, String(nulTerminated: message), isFatal: true))
    }

    private static func error(_ message: UnsafePointer<rd_kafka_message_t>) -> KafkaError {
        let error = KafkaError(message.pointee.err)
        guard let topic = message.pointee.rkt else { return error }
        return error.described("\(String(cString: rd_kafka_topic_name(topic)))-\(message.pointee.partition): \(error.message)")
    }
}
