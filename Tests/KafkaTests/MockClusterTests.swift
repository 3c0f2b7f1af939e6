import CLibrdkafka
import EventLoop
import TestSupport
import Testing
import Time

@testable import Kafka

/// Errors that a real broker gives seldom, injected by librdkafka's own brokers.
@Suite("Injected errors", .timeLimit(.minutes(2))) struct MockClusterTests {
    /// Kafka's numbers of requests.
    private enum Request { static let endTransaction: Int16 = 26, transactionOffsets: Int16 = 28 }

    private static func producer(_ cluster: MockCluster) throws -> TransactionalProducer {
        let producer = try TransactionalProducer(
            transactionalID: fresh("mock"), bootstrapServers: cluster.bootstrapServers, properties: [])
        try producer.initTransactions(timeout: .seconds(30))
        return producer
    }

    @Test(arguments: [
        (RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION.rawValue, KafkaError.Classification.membership),
        (RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID.rawValue, .membership),
        (RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID.rawValue, .fencedInstance),
        (RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH.rawValue, .fenced),
    ])
    func refusedOffsets(code: Int32, classification: KafkaError.Classification) async throws {
        try await onThread {
            let cluster = try MockCluster()
            try cluster.createTopic("t", partitions: 1)
            let producer = try Self.producer(cluster)
            try producer.begin()
            cluster.pushErrors(apiKey: Request.transactionOffsets, [code])
            let error = #expect(throws: KafkaError.self) {
                try producer.sendOffsets(
                    [ConsumerOffset(topic: "t", partition: 0, offset: 1)], metadata: GroupMetadata(group: "g"), timeout: .seconds(20))
            }
            #expect(error?.classification == classification, "\(String(describing: error))")
            producer.destroy()
        }
    }

    @Test func aCommitThatIsFencedSaysSo() async throws {
        try await onThread {
            let cluster = try MockCluster()
            try cluster.createTopic("t", partitions: 1)
            let producer = try Self.producer(cluster)
            try producer.begin()
            try producer.produce(TopicPartition(topic: "t", partition: 0), "value")
            cluster.pushErrors(apiKey: Request.endTransaction, [RD_KAFKA_RESP_ERR_PRODUCER_FENCED.rawValue])
            let error = #expect(throws: KafkaError.self) { try producer.commit(timeout: .seconds(20)) }
            #expect(error?.classification == .fenced, "\(String(describing: error))")
            producer.destroy()
        }
    }

    /// A broker that does not answer in time: the same commit, asked again, goes through.
    @Test func aSlowCommitMayBeAskedAgain() async throws {
        try await onThread {
            let cluster = try MockCluster()
            try cluster.createTopic("t", partitions: 1)
            let producer = try Self.producer(cluster)
            try producer.write(["first"], to: TopicPartition(topic: "t", partition: 0))
            try producer.begin()
            try producer.produce(TopicPartition(topic: "t", partition: 0), "second")
            try cluster.setRoundTrip(1, milliseconds: 1_500)
            let error = #expect(throws: KafkaError.self) { try producer.commit(timeout: .milliseconds(200)) }
            #expect(error?.classification == .retriable && error?.isTimeout == true, "\(String(describing: error))")
            try cluster.setRoundTrip(1, milliseconds: 0)
            try producer.commit(timeout: .seconds(20))
            producer.destroy()
        }
    }
}
