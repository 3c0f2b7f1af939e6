internal import EventLoop
internal import Kafka
internal import Logging

/// What must be true of the topics before the first record is read. Admin requests are made here and never in a running worker.
struct StartCheck: Sendable {
    /// Partitions of all request topics.
    let partitionCount: Int
    /// Largest record that the ledgers and the dead-letter topic take, in bytes.
    let messageLimit: Int

    /// What a broker takes where it does not say: Kafka's own default.
    private static let defaultMessageLimit = 1_048_588

    /// Blocks; waits for a broker up to `KAFKA_START_TIMEOUT`.
    static func run(_ configuration: WorkerConfiguration, log: Logger) -> Result<StartCheck, StartFailure> {
        let deadline = MonotonicInstant.now + configuration.kafka.startTimeout
        let properties = KafkaSessionFactory.producer(configuration.kafka.properties.entries.map { (key: $0.key, value: $0.value) })
        let admin: Admin
        do throws(KafkaError) { admin = try Admin(bootstrapServers: configuration.kafka.bootstrapServers, properties: properties) } catch {
            return .failure(.unfit(error.message))
        }
        while true {
            do throws(KafkaError) {
                let left = deadline - .now
                let metadata = try admin.metadata(timeout: max(.milliseconds(100), min(left, .seconds(10))))
                return check(configuration, metadata, admin, log)
            } catch {
                if error.isAuthorization {
                    return .failure(.refused("Kafka refuses this worker's credentials or rights: \(error.description)"))
                }
                guard MonotonicInstant.now < deadline else {
                    return .failure(
                        .noBroker(
                            "no broker answered at \(configuration.kafka.bootstrapServers) within KAFKA_START_TIMEOUT (\(error.description))"
                        ))
                }
            }
        }
    }

    private static func check(_ configuration: WorkerConfiguration, _ metadata: ClusterMetadata, _ admin: Admin, _ log: Logger)
        -> Result<StartCheck, StartFailure>
    {
        let topics = configuration.topics
        let needed = topics.allRequests + topics.allRequests.map { topics.ledger(of: $0) } + [topics.status, topics.deadLetter]
        var metadata = metadata
        if topics.autoCreate, needed.contains(where: { metadata.topics[$0] == nil }) {
            do throws(KafkaError) {
                let plan = TopicPlan(topics: topics, existing: metadata, partitions: 8, replicationFactor: nil)
                let made = try admin.createTopics(plan.missing, timeout: .seconds(20))
                if !made.isEmpty { log.notice("topics were made", metadata: [LogKeys.topic: "\(made.joined(separator: ","))"]) }
                metadata = try waitFor(needed, admin, metadata)
            } catch {
                return .failure(.unfit("the missing topics could not be made: \(error.description)"))
            }
        }
        for name in needed {
            guard let topic = metadata.topics[name], topic.partitions > 0 else {
                return .failure(
                    .unfit("the topic \(name) does not exist: `rocketsms-worker topics create` makes it, or TOPICS_AUTO_CREATE=true"))
            }
        }
        var partitionCount = 0
        for name in topics.allRequests {
            let requests = metadata.topics[name]?.partitions ?? 0
            let ledger = metadata.topics[topics.ledger(of: name)]?.partitions ?? 0
            guard ledger >= requests else {
                return .failure(
                    .unfit("the ledger topic \(topics.ledger(of: name)) has \(ledger) partitions, fewer than the \(requests) of \(name)"))
            }
            partitionCount += requests
        }
        return settings(configuration, admin, partitionCount, log)
    }

    private static func settings(_ configuration: WorkerConfiguration, _ admin: Admin, _ partitionCount: Int, _ log: Logger)
        -> Result<StartCheck, StartFailure>
    {
        let topics = configuration.topics
        let ledgers = topics.allRequests.map { topics.ledger(of: $0) }
        let settings: [String: [String: String]]
        do throws(KafkaError) {
            settings = try admin.configurations(
                of: ledgers + topics.allRequests + [topics.status, topics.deadLetter], timeout: .seconds(10))
        } catch {
            settings = [:]
        }
        for ledger in ledgers {
            guard let policy = settings[ledger]?["cleanup.policy"] else {
                log.warning(
                    "whether the ledger topic is compacted could not be asked: with another cleanup.policy open requests would be lost",
                    metadata: [LogKeys.topic: "\(ledger)"])
                continue
            }
            guard policy == "compact" else {
                return .failure(
                    .unfit(
                        "the ledger topic \(ledger) has cleanup.policy=\(policy); it must be exactly compact, or open requests are deleted")
                )
            }
        }
        for name in topics.allRequests + [topics.status] where settings[name]?["cleanup.policy"]?.contains("compact") == true {
            return .failure(.unfit("the topic \(name) is compacted; its key is the ordering key, so compaction would lose records"))
        }
        let limits = (ledgers + [topics.deadLetter]).map {
            settings[$0]?["max.message.bytes"].flatMap { Int($0) } ?? defaultMessageLimit
        }
        return .success(StartCheck(partitionCount: partitionCount, messageLimit: limits.min() ?? defaultMessageLimit))
    }

    private static func waitFor(_ names: [String], _ admin: Admin, _ last: ClusterMetadata) throws(KafkaError) -> ClusterMetadata {
        var metadata = last
        for _ in 0..<50 {
            metadata = try admin.metadata(timeout: .seconds(5))
            if names.allSatisfy({ (metadata.topics[$0]?.partitions ?? 0) > 0 }) { break }
        }
        return metadata
    }
}
