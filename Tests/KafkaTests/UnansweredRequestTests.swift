import CLibrdkafka
import EventLoop
import TestSupport
import Testing
import Time

@testable import Kafka

/// librdkafka's own brokers cut the connection instead of answering, or stay mute.
@Suite("Requests without an answer", .timeLimit(.minutes(2))) struct UnansweredRequestTests {
    /// Kafka's numbers of requests.
    enum Request: Int16, Sendable {
        case produce = 0
        case initProducerID = 22
        case addPartitions = 24
        case addOffsets = 25
        case endTransaction = 26
        case transactionOffsets = 28

        static let ofTransactions: [Request] = [.addPartitions, .addOffsets, .endTransaction, .transactionOffsets]
    }

    private static let place = TopicPartition(topic: "t", partition: 0)

    private static func cluster() throws -> MockCluster {
        let cluster = try MockCluster()
        try cluster.createTopic(place.topic, partitions: 1)
        return cluster
    }

    private static func producer(
        _ cluster: MockCluster, properties: [(key: String, value: String)] = [],
        initialisations: LateInitialisations = LateInitialisations()
    ) throws -> TransactionalProducer {
        let producer = try TransactionalProducer(
            transactionalID: fresh("mock"), bootstrapServers: cluster.bootstrapServers, properties: properties,
            initialisations: initialisations)
        try producer.initTransactions(timeout: .seconds(30))
        return producer
    }

    private static func run(_ producer: TransactionalProducer, isCommitted: Bool = true) throws {
        try producer.begin()
        try producer.produce(place, "value")
        try producer.flush(timeout: .seconds(20))
        try producer.sendOffsets(
            [ConsumerOffset(topic: place.topic, partition: 0, offset: 1)], metadata: GroupMetadata(group: "g"), timeout: .seconds(20))
        if isCommitted { try producer.commit(timeout: .seconds(20)) } else { try producer.abort(timeout: .seconds(20)) }
    }

    private static func cut(_ cluster: MockCluster, _ request: Request) {
        cluster.pushErrors(apiKey: request.rawValue, [RD_KAFKA_RESP_ERR__TRANSPORT.rawValue])
    }

    @Test func thereAreNoneUndisturbed() async throws {
        try await onThread {
            let cluster = try Self.cluster()
            let initialisations = LateInitialisations()
            let producer = try Self.producer(cluster, initialisations: initialisations)
            for number in 0..<20 { try Self.run(producer, isCommitted: number % 3 > 0) }
            #expect(producer.unansweredRequests == 0)
            #expect(initialisations.take() == 0)
            producer.destroy()
        }
    }

    /// The call says nothing of it: librdkafka has repeated the request, and the second copy was answered.
    @Test(arguments: Request.ofTransactions) func eachOfATransactionIsSeen(request: Request) async throws {
        try await onThread {
            let cluster = try Self.cluster()
            let producer = try Self.producer(cluster)
            try Self.run(producer)
            Self.cut(cluster, request)
            try Self.run(producer)
            #expect(producer.unansweredRequests > 0, "when the commit returns")
            producer.destroy()
        }
    }

    @Test func anAbortsIsSeen() async throws {
        try await onThread {
            let cluster = try Self.cluster()
            let producer = try Self.producer(cluster)
            Self.cut(cluster, .endTransaction)
            try Self.run(producer, isCommitted: false)
            #expect(producer.unansweredRequests > 0)
            producer.destroy()
        }
    }

    @Test func aMuteBrokersIsSeen() async throws {
        try await onThread {
            let cluster = try Self.cluster()
            let producer = try Self.producer(cluster, properties: [(key: "socket.timeout.ms", value: "1000")])
            try producer.begin()
            try producer.produce(Self.place, "value")
            try producer.flush(timeout: .seconds(20))
            try cluster.setRoundTrip(1, milliseconds: 5_000)
            let error = #expect(throws: KafkaError.self) { try producer.commit(timeout: .seconds(3)) }
            #expect(error?.classification == .retriable, "\(String(describing: error))")
            #expect(producer.unansweredRequests > 0)
            try cluster.setRoundTrip(1, milliseconds: 0)
            producer.destroy()
        }
    }

    /// A refusal is an answer: what was refused is not under way any more.
    @Test func whatWasRefusedWasAnswered() async throws {
        try await onThread {
            let cluster = try Self.cluster()
            let producer = try Self.producer(cluster)
            cluster.pushErrors(apiKey: Request.transactionOffsets.rawValue, [RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION.rawValue])
            #expect(throws: KafkaError.self) { try Self.run(producer) }
            try producer.abort(timeout: .seconds(20))
            #expect(producer.unansweredRequests == 0)
            producer.destroy()
        }
    }

    /// Its repeat carries its sequence; behind an abort that is another record's (Tests/Integration/test_unacknowledged.py).
    @Test func aProduceIsSeen() async throws {
        try await onThread {
            let cluster = try Self.cluster()
            let initialisations = LateInitialisations()
            let producer = try Self.producer(cluster, initialisations: initialisations)
            try producer.begin()
            Self.cut(cluster, .produce)
            try producer.produce(Self.place, "value")
            try producer.flush(timeout: .seconds(20))
            #expect(producer.unansweredRequests > 0)
            #expect(initialisations.take() == 0)
            producer.destroy()
        }
    }

    @Test func anInitialisationsAreCountedApart() async throws {
        try await onThread {
            let cluster = try Self.cluster()
            let initialisations = LateInitialisations()
            Self.cut(cluster, .initProducerID)
            let producer = try Self.producer(cluster, initialisations: initialisations)
            #expect(initialisations.take() > 0)
            #expect(initialisations.take() == 0, "taken")
            #expect(producer.unansweredRequests == 0)
            producer.destroy()
        }
    }

    /// The name's count outlives a producer that was never of use.
    @Test func anInitialisationThatIsGivenUpCounts() async throws {
        try await onThread {
            let cluster = try Self.cluster()
            let initialisations = LateInitialisations()
            let producer = try TransactionalProducer(
                transactionalID: fresh("mock"), bootstrapServers: cluster.bootstrapServers, properties: [], initialisations: initialisations
            )
            cluster.pushErrors(apiKey: Request.initProducerID.rawValue, Array(repeating: RD_KAFKA_RESP_ERR__TRANSPORT.rawValue, count: 100))
            #expect(throws: KafkaError.self) { try producer.initTransactions(timeout: .seconds(1)) }
            producer.destroy()
            #expect(initialisations.take() > 0)
        }
    }
}

@Suite("A producer made anew", .enabled(if: Broker.isAvailable, "needs a broker"), .timeLimit(.minutes(2)))
struct RenewedProducerTests {
    /// What the guard against late requests costs, after trouble and only then.
    @Test func theNextOfTheNameGoesOn() async throws {
        let broker = try await Broker.shared()
        try await onThread {
            let place = TopicPartition(topic: try broker.makeTopic(), partition: 0)
            let id = fresh("renewed")
            var producer = try TransactionalProducer(broker, id: id, topics: [place.topic])
            var times: [Double] = []
            for number in 0..<10 {
                try producer.write(["\(number)"], to: place)
                let start = MonotonicInstant.now
                producer.destroy()
                producer = try TransactionalProducer(broker, id: id, topics: [place.topic])
                times.append(Double((MonotonicInstant.now - start).nanoseconds) / 1e6)
            }
            times.sort()
            print(
                "ms to make a producer anew: p50 \(times[5]), least \(times[0]), most \(times[9]) (\(broker.kind), \(LibrdkafkaVersion.string))"
            )
            #expect(producer.unansweredRequests == 0)
            #expect(try LogReader.values(broker, place, .committed, through: 20) == (0..<10).map(String.init))
        }
    }
}
