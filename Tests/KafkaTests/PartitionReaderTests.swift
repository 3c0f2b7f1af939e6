import Kafka
import TestSupport
import Testing
import Time

@Suite("Reading a partition to its end", .enabled(if: Broker.isAvailable, "needs a broker"), .timeLimit(.minutes(2)))
struct PartitionReaderTests {
    /// The reader stands at the last stable offset until the open transaction ends.
    @Test(.enabled(if: Broker.isKafka, "needs Apache Kafka"), arguments: [true, false])
    func waitsOutAnOpenTransaction(isCommitted: Bool) async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let scene = try Scene(broker)
            let (low, high) = try scene.reader.uncommittedWatermarks(scene.place, timeout: .seconds(10))
            #expect(low == 0 && high == 6)
            var values: [String] = []
            var questions = 0
            var hasEnded = false
            let end = try scene.reader.read(
                scene.place, from: low, through: high, stall: .seconds(30),
                isCancelled: {
                    // Asked at each of the ends that come too early, and while nothing comes: the transaction ends at the tenth.
                    questions += 1
                    if questions == 10 {
                        #expect(values == ["a", "b"])
                        do {
                            if isCommitted {
                                try scene.open.commit(timeout: .seconds(20))
                            } else {
                                try scene.open.abort(timeout: .seconds(20))
                            }
                        } catch { Issue.record(error) }
                        hasEnded = true
                    }
                    return false
                },
                { _, _, value in
                    values.append(String(decoding: value ?? .init(start: nil, count: 0), as: UTF8.self))
                    return true
                })
            #expect(hasEnded)
            #expect(values == (isCommitted ? ["a", "b", "open", "c"] : ["a", "b", "c"]))
            #expect(end >= high)
        }
    }

    @Test(.enabled(if: Broker.isKafka, "needs Apache Kafka")) func givesUpOnATransactionThatDoesNotEnd() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let scene = try Scene(broker)
            let stalled = #expect(throws: KafkaError.self) {
                try scene.reader.read(scene.place, from: 0, through: 6, stall: .milliseconds(300), isCancelled: { false }) { _, _, _ in true
                }
            }
            #expect(stalled?.isTimeout == true && stalled?.isRetriable == true)
            var questions = 0
            let cancelled = #expect(throws: KafkaError.self) {
                try scene.reader.read(
                    scene.place, from: 0, through: 6, stall: .seconds(30),
                    isCancelled: {
                        questions += 1
                        return questions == 5
                    }, { _, _, _ in true })
            }
            #expect(cancelled?.name == "_DESTROY")
            // The reader is of use afterwards.
            try scene.open.abort(timeout: .seconds(20))
            var count = 0
            try scene.reader.read(scene.place, from: 0, through: 6, stall: .seconds(30), isCancelled: { false }) { _, _, _ in
                count += 1
                return true
            }
            #expect(count == 3)
        }
    }

    @Test func readsFromAnOffsetAndStopsWhenTold() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let place = TopicPartition(topic: try broker.makeTopic(), partition: 0)
            let reader = try PartitionReader(bootstrapServers: broker.bootstrapServers, properties: [])
            let producer = try Producer(bootstrapServers: broker.bootstrapServers, properties: [])
            try producer.write((0..<3_000).map { "\($0)" }, to: place)
            var offsets: [Int64] = []
            let end = try reader.read(place, from: 1_000, through: 3_000, stall: .seconds(30), isCancelled: { false }) { offset, _, _ in
                offsets.append(offset)
                return true
            }
            #expect(end == 3_000 && offsets == Array(1_000..<3_000))
            // What the stopped read has left in the queue is none of the next one's.
            offsets = []
            for _ in 0..<2 {
                let next = try reader.read(place, from: 2_000, through: 3_000, stall: .seconds(30), isCancelled: { false }) {
                    offset, _, _ in
                    offsets.append(offset)
                    return offset < 2_004
                }
                #expect(next == 2_005)
            }
            #expect(offsets == [2_000, 2_001, 2_002, 2_003, 2_004, 2_000, 2_001, 2_002, 2_003, 2_004])
            // An empty range is no question to the broker.
            let nothing = try reader.read(place, from: 9, through: 9, stall: .zero, isCancelled: { true }) { _, _, _ in true }
            #expect(nothing == 9)
        }
    }

    @Test(.enabled(if: Broker.isKafka, "needs Apache Kafka")) func anOffsetOutsideTheLogIsAnError() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let place = TopicPartition(topic: try broker.makeTopic(), partition: 0)
            let reader = try PartitionReader(bootstrapServers: broker.bootstrapServers, properties: [])
            let error = #expect(throws: KafkaError.self) {
                try reader.read(place, from: 100, through: 200, stall: .seconds(30), isCancelled: { false }) { _, _, _ in true }
            }
            #expect(error?.isOffsetLost == true, "\(String(describing: error))")
        }
    }

    /// The restore of a new partition must not wait until the client looks at its topics by itself.
    @Test func seesThatATopicHasGrown() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let topic = try broker.makeTopic()
            let reader = try PartitionReader(bootstrapServers: broker.bootstrapServers, properties: [])
            let producer = try Producer(bootstrapServers: broker.bootstrapServers, properties: [])
            try producer.write(["old"], to: TopicPartition(topic: topic, partition: 0))
            func values(_ partition: Int32) throws -> [String] {
                let place = TopicPartition(topic: topic, partition: partition)
                var values: [String] = []
                let high = try reader.uncommittedWatermarks(place, timeout: .seconds(10)).high
                try reader.read(place, from: 0, through: high, stall: .seconds(30), isCancelled: { false }) { _, _, value in
                    values.append(String(decoding: value ?? .init(start: nil, count: 0), as: UTF8.self))
                    return true
                }
                return values
            }
            #expect(try values(0) == ["old"])
            let admin = try Admin(bootstrapServers: broker.bootstrapServers, properties: [])
            try admin.createPartitions(topic: topic, total: 2, timeout: .seconds(30))
            try waitUntil("the partition") { try admin.metadata(timeout: .seconds(5)).topics[topic]?.partitions == 2 }
            try Producer(bootstrapServers: broker.bootstrapServers, properties: [])
                .write(["new"], to: TopicPartition(topic: topic, partition: 1))
            #expect(try values(1) == ["new"])
        }
    }

    /// Two committed records, then one of a transaction that stays open, then a committed one.
    private struct Scene {
        let place: TopicPartition
        let reader: PartitionReader
        let open: TransactionalProducer

        init(_ broker: Broker) throws {
            place = TopicPartition(topic: try broker.makeTopic(), partition: 0)
            reader = try PartitionReader(bootstrapServers: broker.bootstrapServers, properties: [])
            open = try TransactionalProducer(broker, topics: [place.topic], properties: [(key: "transaction.timeout.ms", value: "60000")])
            let other = try TransactionalProducer(broker, topics: [place.topic])
            try other.write(["a", "b"], to: place)
            try open.begin()
            try open.produce(place, "open")
            let (place, reader) = (place, reader)
            try waitUntil("the open transaction's record") { try reader.uncommittedWatermarks(place, timeout: .seconds(5)).high == 4 }
            try other.write(["c"], to: place)
            // a b, marker, open, c, marker; markers may come after the commit has returned.
            try waitUntil("the last marker") { try reader.uncommittedWatermarks(place, timeout: .seconds(5)).high == 6 }
        }
    }
}
