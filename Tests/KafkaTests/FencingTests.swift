import Kafka
import TestSupport
import Testing

@Suite("Fencing", .enabled(if: Broker.isAvailable, "needs a broker"), .timeLimit(.minutes(2)))
struct FencingTests {
    @Test func aSecondProducerOfTheNameFencesTheFirst() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let place = TopicPartition(topic: try broker.makeTopic(), partition: 0)
            let id = fresh("rival")
            let first = try TransactionalProducer(broker, id: id)
            try first.write(["before"], to: place)
            try first.begin()
            try first.produce(place, "of the fenced one")
            let second = try TransactionalProducer(broker, id: id)
            let error = #expect(throws: KafkaError.self) { try first.commit(timeout: .seconds(20)) }
            #expect(error?.classification == .fenced, "\(String(describing: error))")
            try second.write(["after"], to: place)
            #expect(try LogReader.values(broker, place, .committed, through: 3) == ["before", "after"])
        }
    }

    @Test(.enabled(if: Broker.isKafka, "needs Apache Kafka")) func anOldGenerationIsRefused() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let topic = try broker.makeTopic(partitions: 2)
            let group = fresh("group")
            let place = ConsumerOffset(topic: topic, partition: 0, offset: 7)
            let producer = try TransactionalProducer(broker)
            let first = try TestMember(broker.bootstrapServers, group: group, topic: topic)
            try first.join()
            let old = try first.metadata()
            let second = try TestMember(broker.bootstrapServers, group: group, topic: topic)
            try waitUntil("two members with a partition each") {
                try first.turn()
                try second.turn()
                return first.assigned.count == 1 && second.assigned.count == 1
            }

            try producer.begin()
            var error: KafkaError?
            do throws(KafkaError) {
                try producer.sendOffsets([place], metadata: old, timeout: .seconds(20))
            } catch let refusal { error = refusal }
            #expect(error?.classification == .membership, "\(String(describing: error))")
            try producer.abort(timeout: .seconds(20))

            // The same member in its new generation is heard.
            let new = try first.metadata()
            #expect(new.generation > old.generation)
            try producer.begin()
            try producer.sendOffsets([place], metadata: new, timeout: .seconds(20))
            try producer.commit(timeout: .seconds(20))
            #expect(try first.consumer.committed(TopicPartition(topic: topic, partition: 0), timeout: .seconds(20)) == 7)
        }
    }

    /// It has left, another one is the group: its last metadata are those of nobody.
    @Test(.enabled(if: Broker.isKafka, "needs Apache Kafka")) func aMemberThatIsGoneIsRefused() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let topic = try broker.makeTopic()
            let group = fresh("group")
            let place = ConsumerOffset(topic: topic, partition: 0, offset: 7)
            let producer = try TransactionalProducer(broker)
            let gone = try TestMember(broker.bootstrapServers, group: group, topic: topic)
            try gone.join()
            let metadata = try gone.metadata()
            try gone.leave()
            let successor = try TestMember(broker.bootstrapServers, group: group, topic: topic)
            try successor.join()
            try producer.begin()
            var error: KafkaError?
            do throws(KafkaError) {
                try producer.sendOffsets([place], metadata: metadata, timeout: .seconds(20))
            } catch let refusal { error = refusal }
            #expect(error?.classification == .membership, "\(String(describing: error))")
            try producer.abort(timeout: .seconds(20))
            #expect(try successor.consumer.committed(TopicPartition(topic: topic, partition: 0), timeout: .seconds(20)) == nil)
        }
    }

    /// What an operator's tool does beside living members.
    @Test func whoIsNoMemberMayCommit() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let topic = try broker.makeTopic()
            let group = fresh("group")
            let member = try TestMember(broker.bootstrapServers, group: group, topic: topic)
            try member.join()
            let producer = try TransactionalProducer(broker)
            try producer.begin()
            try producer.sendOffsets(
                [ConsumerOffset(topic: topic, partition: 0, offset: 9)], metadata: GroupMetadata(group: group), timeout: .seconds(20))
            try producer.commit(timeout: .seconds(20))
            #expect(try member.consumer.committed(TopicPartition(topic: topic, partition: 0), timeout: .seconds(20)) == 9)
        }
    }

    @Test func aSecondInstanceOfTheNameFencesTheFirst() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let topic = try broker.makeTopic()
            let group = fresh("group")
            let first = try TestMember(broker.bootstrapServers, group: group, instance: "one", topic: topic)
            try first.join()
            let second = try TestMember(broker.bootstrapServers, group: group, instance: "one", topic: topic)
            try waitUntil("the first instance's end") {
                try first.turn()
                try second.turn()
                return first.errors.contains { $0.classification == .fencedInstance } && second.assigned.count == 1
            }
            #expect(first.errors.allSatisfy { $0.classification == .fencedInstance }, "\(first.errors)")
            #expect(second.errors == [])
        }
    }
}
