internal import CLibrdkafka

/// Brokers and topics, as one broker knows them.
package struct ClusterMetadata: Sendable {
    package struct Topic: Sendable {
        package let partitions: Int
        package let replicas: Int
        /// Why there are no partitions to be seen.
        package let error: KafkaError?
    }

    package let brokers: Int
    package let topics: [String: Topic]

    /// Of a cluster that nobody asked.
    package static let unknown = ClusterMetadata(brokers: 0, topics: [:])

    /// With these topics' answers in the place of its own.
    package func replacing(_ others: [String: Topic]) -> ClusterMetadata {
        ClusterMetadata(brokers: brokers, topics: topics.merging(others) { $1 })
    }

    /// Of the named topics together; nil while one of them cannot be seen.
    package func partitionCount(of names: [String]) -> Int? {
        var total = 0
        for name in names {
            guard let topic = topics[name], topic.error == nil, topic.partitions > 0 else { return nil }
            total += topic.partitions
        }
        return total
    }

    /// - Parameter topics: nil: all that may be seen.
    static func ask(_ client: OpaquePointer, topics: [String]?, timeout: Duration) throws(KafkaError) -> ClusterMetadata {
        guard let topics else { return try ask(client, topic: nil, timeout: timeout) }
        var brokers = 0
        var found: [String: Topic] = [:]
        for name in topics {
            guard let topic = rd_kafka_topic_new(client, name, nil) else { throw KafkaError(rd_kafka_last_error()) }
            defer { rd_kafka_topic_destroy(topic) }
            let answer = try ask(client, topic: topic, timeout: timeout)
            brokers = answer.brokers
            found.merge(answer.topics) { $1 }
        }
        return ClusterMetadata(brokers: brokers, topics: found)
    }

    private static func ask(_ client: OpaquePointer, topic: OpaquePointer?, timeout: Duration) throws(KafkaError) -> ClusterMetadata {
        var pointer: UnsafePointer<rd_kafka_metadata>?
        try check(rd_kafka_metadata(client, topic == nil ? 1 : 0, topic, &pointer, timeout.rdkafkaMilliseconds))
        guard let pointer else { throw KafkaError(local: "the broker gave no metadata") }
        defer { rd_kafka_metadata_destroy(pointer) }
        var topics: [String: Topic] = [:]
        for index in 0..<Int(pointer.pointee.topic_cnt) {
            let topic = pointer.pointee.topics[index]
            let replicas = topic.partition_cnt > 0 ? Int(topic.partitions[0].replica_cnt) : 0
            topics[String(cString: topic.topic)] = Topic(
                partitions: Int(topic.partition_cnt), replicas: replicas,
                error: topic.err == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(topic.err))
        }
        return ClusterMetadata(brokers: Int(pointer.pointee.broker_cnt), topics: topics)
    }
}
