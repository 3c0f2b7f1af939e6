import Kafka
import TestSupport
import Testing

@Suite("Topics and their settings", .enabled(if: Broker.isAvailable, "needs a broker"), .timeLimit(.minutes(2)))
struct AdminTests {
    @Test func topicsAreMadeOnceGrownAndDescribed() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let admin = try Admin(bootstrapServers: broker.bootstrapServers, properties: [])
            let settings = [(key: "cleanup.policy", value: "compact"), (key: "max.message.bytes", value: "1114112")]
            let topics = [
                NewTopic(name: fresh("ledger"), partitions: 2, replicationFactor: 1, configuration: settings),
                NewTopic(name: fresh("plain"), partitions: 1, replicationFactor: 1),
            ]
            #expect(try Set(admin.createTopics(topics, timeout: .seconds(30))) == Set(topics.map(\.name)))
            #expect(try admin.createTopics(topics, timeout: .seconds(30)) == [])
            try waitUntil("the topics") {
                let found = try admin.metadata(timeout: .seconds(5)).topics
                return topics.allSatisfy { found[$0.name]?.partitions == $0.partitions }
            }
            let found = try admin.configurations(of: topics.map(\.name), timeout: .seconds(30))
            #expect(found[topics[0].name]?["cleanup.policy"] == "compact")
            #expect(found[topics[0].name]?["max.message.bytes"] == "1114112")
            #expect(found[topics[1].name]?["cleanup.policy"] == "delete")
            try admin.createPartitions(topic: topics[1].name, total: 3, timeout: .seconds(30))
            try waitUntil("three partitions") { try admin.metadata(timeout: .seconds(5)).topics[topics[1].name]?.partitions == 3 }
        }
    }

    @Test(.enabled(if: Broker.isKafka, "needs Apache Kafka")) func whatTheBrokerRefusesIsSaidWithTheTopic() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let admin = try Admin(bootstrapServers: broker.bootstrapServers, properties: [])
            let wrong = NewTopic(
                name: fresh("wrong"), partitions: 1, replicationFactor: 1, configuration: [(key: "cleanup.policy", value: "burn")])
            let refused = #expect(throws: KafkaError.self) { try admin.createTopics([wrong], timeout: .seconds(30)) }
            #expect(refused?.name == "INVALID_CONFIG" && refused?.message.contains(wrong.name) == true, "\(String(describing: refused))")
            let tooMany = NewTopic(name: fresh("many"), partitions: 1, replicationFactor: 3)
            let replicas = #expect(throws: KafkaError.self) { try admin.createTopics([tooMany], timeout: .seconds(30)) }
            #expect(replicas?.name == "INVALID_REPLICATION_FACTOR", "\(String(describing: replicas))")
            let missing = fresh("missing")
            let unknown = #expect(throws: KafkaError.self) { try admin.createPartitions(topic: missing, total: 3, timeout: .seconds(30)) }
            #expect(unknown?.isUnknownTopic == true, "\(String(describing: unknown))")
            #expect(try admin.configurations(of: [missing], timeout: .seconds(30))[missing] == nil)
            #expect(try admin.metadata(timeout: .seconds(5)).topics[missing] == nil)
        }
    }

    @Test(.enabled(if: Broker.isKafka, "needs Apache Kafka")) func anUnknownTopicIsAnEventOfTheReader() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let reader = try LogReader(
                bootstrapServers: broker.bootstrapServers, isolation: .committed,
                properties: [
                    (key: "topic.metadata.propagation.max.ms", value: "500"), (key: "topic.metadata.refresh.interval.ms", value: "200"),
                ])
            let place = TopicPartition(topic: fresh("missing"), partition: 0)
            try reader.start(place, at: .beginning)
            var error: KafkaError?
            try waitUntil("the error") {
                if case .error(let found) = reader.poll(timeout: .seconds(1)) { error = found }
                return error != nil
            }
            #expect(error?.isUnknownTopic == true && error?.message.contains(place.topic) == true, "\(String(describing: error))")
            let again = #expect(throws: KafkaError.self) { try reader.start(place, at: .end) }
            #expect(again?.message.contains("being read already") == true)
        }
    }
}
