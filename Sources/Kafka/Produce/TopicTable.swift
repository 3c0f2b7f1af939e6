internal import CLibrdkafka

/// Owner of a producer's topic handles. A producer writes few topics, so they are searched in a row.
///
/// Not Sendable: it belongs to the producer's thread.
final class TopicTable {
    private let client: ClientHandle
    private var topics: [(name: String, pointer: OpaquePointer)] = []

    init(_ client: ClientHandle) { self.client = client }

    deinit { removeAll() }

    func pointer(_ name: String) throws(KafkaError) -> OpaquePointer {
        for topic in topics where topic.name == name { return topic.pointer }
        guard let pointer = rd_kafka_topic_new(client.pointer, name, nil) else { throw KafkaError(rd_kafka_last_error()) }
        topics.append((name, pointer))
        return pointer
    }

    /// Before the client is freed.
    func removeAll() {
        for topic in topics { rd_kafka_topic_destroy(topic.pointer) }
        topics = []
    }
}
