internal import CLibrdkafka

/// librdkafka's mock brokers, in this process. Good for a demonstration and for injected errors; its transactions are accepted no-ops:
/// nothing is hidden, fenced or atomic, and nothing is kept.
///
/// `@unchecked Sendable`: librdkafka locks the mock cluster itself.
package final class MockCluster: @unchecked Sendable {
    private let client: ClientHandle
    private let cluster: OpaquePointer

    package init(brokers: Int = 1) throws(KafkaError) {
        let configuration = HandleConfiguration()
        try configuration.set("client.id", "mock-cluster")
        client = try ClientHandle(RD_KAFKA_PRODUCER, configuration)
        guard let cluster = rd_kafka_mock_cluster_new(client.pointer, Int32(brokers)) else {
            throw KafkaError(local: "librdkafka could not start its mock cluster")
        }
        self.cluster = cluster
    }

    /// The cluster goes before its client.
    deinit { rd_kafka_mock_cluster_destroy(cluster) }

    package var bootstrapServers: String { String(cString: rd_kafka_mock_cluster_bootstraps(cluster)) }

    package func createTopic(_ name: String, partitions: Int) throws(KafkaError) {
        try check(rd_kafka_mock_topic_create(cluster, name, Int32(partitions), 1))
    }

    /// Every later request about the topic fails with this code (`rd_kafka_resp_err_t`); 0: none does.
    package func setTopicError(_ name: String, code: Int32) {
        rd_kafka_mock_topic_set_error(cluster, name, rd_kafka_resp_err_t(code))
    }

    package func setBroker(_ id: Int32, isDown: Bool) throws(KafkaError) {
        try check(isDown ? rd_kafka_mock_broker_set_down(cluster, id) : rd_kafka_mock_broker_set_up(cluster, id))
    }

    package func setRoundTrip(_ id: Int32, milliseconds: Int32) throws(KafkaError) {
        try check(rd_kafka_mock_broker_set_rtt(cluster, id, milliseconds))
    }

    /// The next requests of this kind (Kafka's api key) fail with these codes, in order.
    package func pushErrors(apiKey: Int16, _ codes: [Int32]) {
        let errors = codes.map { rd_kafka_resp_err_t($0) }
        errors.withUnsafeBufferPointer { rd_kafka_mock_push_request_errors_array(cluster, apiKey, $0.count, $0.baseAddress) }
    }
}
