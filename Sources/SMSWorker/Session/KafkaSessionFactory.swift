internal import EventLoop
internal import Kafka
internal import Logging
internal import Requests
internal import SMSPipeline
internal import Synchronization
internal import Time

/// Makes sessions: producers first (their `init_transactions` ends the past of the same name), then the consumer, which subscribes.
final class KafkaSessionFactory: Sendable {
    private let configuration: WorkerConfiguration
    /// Of producers alone, beside what the operator says.
    private let ownProperties: [(key: String, value: String)]
    private let currentAccess: Mutex<KafkaAccess>
    private let partitionCount: Int
    private let timings: KafkaTimings
    /// Of the two producers' names, over all sessions.
    private let initialisations = [LateInitialisations(), LateInitialisations()]
    private static let questionTimeout = Duration.seconds(5)

    /// - Parameters:
    ///   - access: how its first sessions show who they are.
    ///   - limits: of what the producers write.
    ///   - partitionCount: of all request topics.
    init(configuration: WorkerConfiguration, access: KafkaAccess, limits: ProducerLimits, partitionCount: Int) {
        self.configuration = configuration
        self.partitionCount = partitionCount
        timings = KafkaTimings(configuration.kafka.properties)
        currentAccess = Mutex(access)
        ownProperties =
            limits.properties(beside: configuration.kafka.properties) + [
                (key: "transaction.timeout.ms", value: "\(timings.transaction.milliseconds)")
            ]
    }

    /// How the next handles show who they are.
    var access: KafkaAccess { currentAccess.withLock { $0 } }

    /// Handles are made by this from now on. Blocks.
    ///
    /// - Throws: where no handle can be made by it (a key that cannot be read); then that of before stays.
    func use(_ access: KafkaAccess) throws(KafkaError) {
        _ = try PartitionReader(bootstrapServers: configuration.kafka.bootstrapServers, properties: access.properties.forConsumers)
        currentAccess.withLock { $0 = access }
    }

    /// - Parameter done: called on the opening's thread, of one that was abandoned too; or at once, where there is no thread to be had.
    func open(_ done: @escaping @Sendable (Result<KafkaSession, KafkaError>) -> Void) -> SessionOpening? {
        do throws(EventLoopError) {
            return try SessionOpening.begin { [self] opening in
                do throws(KafkaError) { done(.success(try make(opening))) } catch { done(.failure(error)) }
            }
        } catch {
            done(.failure(KafkaError(failed: "no thread to open a session: \(error)")))
            return nil
        }
    }

    private func make(_ opening: SessionOpening) throws(KafkaError) -> KafkaSession {
        let kafka = configuration.kafka
        let topics = configuration.topics
        let access = access
        let written = topics.allRequests.map { topics.ledger(of: $0) } + [topics.status, topics.deadLetter]
        let committer = try Committer(
            timeout: timings.transaction, initialisations: initialisations
        ) { [self] (number) throws(KafkaError) in
            try opening.expectEnd(of: Committer.initTimeout(timings.transaction))
            let producer = try TransactionalProducer(
                transactionalID: "\(kafka.groupID)-\(kafka.transactionalStem)-\(number)", bootstrapServers: kafka.bootstrapServers,
                properties: self.access.properties.forProducers + ownProperties, initialisations: initialisations[number])
            try producer.initTransactions(timeout: Committer.initTimeout(timings.transaction))
            // A topic that refuses now says so at the first transaction, with topic and code; here it only saves the first second.
            for topic in written {
                try opening.expectEnd(of: Self.questionTimeout)
                try? producer.askMetadata(of: [topic], timeout: Self.questionTimeout)
            }
            return producer
        }
        do {
            // Two questions.
            try opening.expectEnd(of: Self.questionTimeout * 2)
            let consumer = try Consumer(
                group: kafka.groupID, instanceID: kafka.instanceID, bootstrapServers: kafka.bootstrapServers,
                properties: access.properties.forMembers(partitionCount: partitionCount), topics: topics.allRequests)
            learnEnds(consumer)
            let restorer = try Restorer(consumer: consumer, transactionTimeout: timings.transaction) { [self] () throws(KafkaError) in
                try PartitionReader(bootstrapServers: kafka.bootstrapServers, properties: self.access.properties.forConsumers)
            }
            return try KafkaSession(
                consumer: consumer, committer: committer, restorer: restorer, partitionCount: partitionCount, access: access)
        } catch {
            committer.abandon()
            committer.free()
            if let error = error as? KafkaError { throw error }
            throw KafkaError(local: "\(error)")
        }
    }

    /// Before the first assign event is answered. What could not be asked, and partitions that are made later, begin by name.
    private func learnEnds(_ consumer: Consumer) {
        let topics = configuration.topics.allRequests
        guard let metadata = try? consumer.metadata(of: topics, timeout: Self.questionTimeout) else { return }
        let partitions = topics.flatMap { topic in
            (0..<Int32(clamping: metadata.topics[topic]?.partitions ?? 0)).map { TopicPartition(topic: topic, partition: $0) }
        }
        if !partitions.isEmpty { try? consumer.learnEnds(of: partitions, timeout: Self.questionTimeout) }
    }
}
