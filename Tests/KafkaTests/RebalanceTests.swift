import Kafka
import TestSupport
import Testing

@Suite("Rebalances", .enabled(if: Broker.isKafka, "needs Apache Kafka"), .timeLimit(.minutes(2)))
struct RebalanceTests {
    private static let partitionCount = 8

    /// Records come without end while a second member joins, reads and leaves.
    @Test(arguments: ["cooperative-sticky", "range"])
    func noRecordIsLostOrDoubledAcrossJoinAndLeave(strategy: String) async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let topic = try broker.makeTopic("rebalance", partitions: Self.partitionCount)
            let group = fresh("group")
            let properties = [(key: "partition.assignment.strategy", value: strategy)]
            let load = try Load(broker, topic: topic, partitions: Self.partitionCount)
            let first = try TestMember(
                broker.bootstrapServers, group: group, topic: topic, properties: properties, committing: fresh("first"))
            try waitUntil("the first member's records") {
                try load.add(10)
                try first.turn(atMost: 50)
                return first.assigned.count == 8 && first.records.count >= 500
            }
            let second = try TestMember(
                broker.bootstrapServers, group: group, topic: topic, properties: properties, committing: fresh("second"))
            try waitUntil("the second member's records") {
                try load.add(10)
                try first.turn(atMost: 50)
                try second.turn(atMost: 50)
                return first.assigned.count == 4 && second.assigned.count == 4 && second.records.count >= 500
            }
            #expect(first.assigned.isDisjoint(with: second.assigned))
            let moved = second.assigned
            second.beginToLeave()
            try waitUntil("the second member's leave") {
                try load.add(10)
                try first.turn(atMost: 50)
                try second.turn(atMost: 50)
                return second.consumer.isClosed && first.assigned.count == 8
            }
            try load.finish()
            let ends = load.ends
            // Positions at the ends, not a count of records: what is missing or doubled is seen below.
            try first.turn(until: "the last records") { first.positions == ends }
            print("\(strategy): \(load.count) records, seeks done again: \(first.seeksAgain) and \(second.seeksAgain)")

            let found = (first.records + second.records).map { "\($0.partition):\($0.offset)" }
            #expect(found.count == load.count)
            #expect(Set(found).count == load.count)
            #expect(first.errors + second.errors == [])
            #expect(load.count >= 1_500)
            #expect(first.consumer.rebalanceProtocol == (strategy == "range" ? .eager : .cooperative))
            // Only what moves is taken from a cooperative member; everything from an eager one.
            let all = Set((0..<Int32(Self.partitionCount)).map { TopicPartition(topic: topic, partition: $0) })
            #expect(first.revokes.first.map { Set($0) } == (strategy == "range" ? all : moved))
            #expect(first.assigns.last.map { Set($0) } == (strategy == "range" ? all : moved))
            #expect(second.revokes.last.map { Set($0) } == moved)
        }
    }

    /// A record a partition in turn, as long as it is asked for.
    private final class Load {
        private let producer: Producer
        private let topic: String
        private let partitions: Int
        private(set) var count = 0

        /// The offset behind the last record of each partition.
        var ends: [TopicPartition: Int64] {
            Dictionary(
                uniqueKeysWithValues: (0..<partitions).map { index in
                    (TopicPartition(topic: topic, partition: Int32(index)), Int64((count - index + partitions - 1) / partitions))
                })
        }

        init(_ broker: Broker, topic: String, partitions: Int) throws {
            producer = try Producer(bootstrapServers: broker.bootstrapServers, properties: [])
            self.topic = topic
            self.partitions = partitions
        }

        func add(_ amount: Int) throws {
            for _ in 0..<amount {
                try producer.produce(topic: topic, partition: Int32(count % partitions), key: nil, value: nil, tag: count)
                count += 1
            }
            #expect(producer.takeReports().allSatisfy { $0.error == nil })
        }

        func finish() throws { try producer.flush(timeout: .seconds(20)) }
    }
}
