import Kafka
import TestSupport
import Testing

@Suite("A record that is refused", .enabled(if: Broker.isKafka, "needs Apache Kafka"), .timeLimit(.minutes(2)))
struct DeliveryFailureTests {
    private static let large = String(repeating: "x", count: 20_000)
    private static let quick = [
        (key: "compression.type", value: "none"), (key: "topic.metadata.propagation.max.ms", value: "500"),
        (key: "topic.metadata.refresh.interval.ms", value: "200"),
    ]

    @Test func aTransactionNamesTopicAndCode() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let good = TopicPartition(topic: try broker.makeTopic("good"), partition: 0)
            let small = TopicPartition(
                topic: try broker.makeTopic("small", settings: [(key: "max.message.bytes", value: "10000")]), partition: 0)
            let producer = try TransactionalProducer(broker, topics: [good.topic, small.topic], properties: Self.quick)
            try producer.begin()
            try producer.produce(good, "fits")
            try producer.produce(small, Self.large)
            let error = #expect(throws: KafkaError.self) { try producer.commit(timeout: .seconds(20)) }
            #expect(error?.message.contains("\(small.topic) refused a record (MSG_SIZE_TOO_LARGE)") == true, "\(String(describing: error))")
            #expect(error?.message.contains(good.topic) == false)
            #expect(error?.classification == .abortable)
            try producer.abort(timeout: .seconds(20))
            // The next transaction's error would be its own.
            try producer.write(["next"], to: good)
            #expect(try LogReader.values(broker, good, .committed, through: 4) == ["next"])
        }
    }

    @Test func aTopicThatIsNotThereIsNamed() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let missing = TopicPartition(topic: fresh("missing"), partition: 0)
            let producer = try TransactionalProducer(broker, properties: Self.quick)
            let asked = #expect(throws: KafkaError.self) { try producer.askMetadata(of: [missing.topic], timeout: .seconds(10)) }
            #expect(asked?.isUnknownTopic == true && asked?.message.contains(missing.topic) == true, "\(String(describing: asked))")
            // Whether the record or the commit says it depends on when the metadata came.
            let error = #expect(throws: KafkaError.self) { try producer.write(["lost"], to: missing) }
            let names = ["_UNKNOWN_TOPIC", "UNKNOWN_TOPIC_OR_PART", "_UNKNOWN_PARTITION"]
            #expect(names.contains { error?.description.contains($0) == true }, "\(String(describing: error))")
            #expect(error?.message.contains(missing.topic) == true, "\(String(describing: error))")
        }
    }

    @Test func aRecordLargerThanTheProducersOwnLimitIsNotTaken() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let topic = try broker.makeTopic()
            let producer = try Producer(
                bootstrapServers: broker.bootstrapServers, properties: [(key: "message.max.bytes", value: "10000")])
            let error = #expect(throws: KafkaError.self) {
                try producer.write([Self.large], to: TopicPartition(topic: topic, partition: 0))
            }
            #expect(error?.name == "MSG_SIZE_TOO_LARGE" && error?.message.hasPrefix(topic) == true, "\(String(describing: error))")
        }
    }

    @Test func aPlainProducerReportsEachRecord() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let topic = try broker.makeTopic("small", settings: [(key: "max.message.bytes", value: "10000")])
            let place = TopicPartition(topic: topic, partition: 0)
            let producer = try Producer(bootstrapServers: broker.bootstrapServers, properties: Self.quick)
            try producer.write([Self.large], to: place)
            try producer.write(["fits"], to: place)
            let reports = producer.takeReports()
            #expect(reports.map { $0.error?.name } == ["MSG_SIZE_TOO_LARGE", nil])
            #expect(reports.map(\.offset) == [nil, 0])
            #expect(producer.takeReports().isEmpty)
        }
    }
}
