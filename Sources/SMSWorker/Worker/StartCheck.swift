internal import EventLoop
internal import Kafka
internal import Logging
internal import Requests
internal import SMSPipeline
internal import Time

/// What must be true of the topics before the first record is read. Admin requests are made here and never in a running worker.
struct StartCheck: Sendable {
    /// Partitions of all request topics.
    let partitionCount: Int
    let limits: ProducerLimits
    /// Stands before the value of each status event.
    private(set) var eventFrame: [UInt8] = []

    /// Blocks; waits for a broker up to `KAFKA_START_TIMEOUT`.
    static func run(_ configuration: WorkerConfiguration, log: Logger) -> Result<StartCheck, StartFailure> {
        switch askBroker(configuration, log) {
        case .failure(let failure): return .failure(failure)
        case .success(var check):
            do throws(StartFailure) {
                check.eventFrame = try RegistryStart(configuration, log: log).frame()
                return .success(check)
            } catch { return .failure(error) }
        }
    }

    private static func askBroker(_ configuration: WorkerConfiguration, _ log: Logger) -> Result<StartCheck, StartFailure> {
        let deadline = MonotonicInstant.now + configuration.kafka.startTimeout
        let admin: Admin
        do throws(KafkaError) {
            admin = try Admin(
                bootstrapServers: configuration.kafka.bootstrapServers, properties: configuration.kafka.properties.forProducers)
        } catch {
            return .failure(.unfit("KAFKA_PROPERTIES_FILE: \(error.message)"))
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
        let needed = TopicInspection.names(topics)
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
        if let refusal = refusal(of: needed.filter { metadata.topics[$0] == nil }, configuration.kafka) {
            return .failure(.refused("Kafka refuses this worker's rights: \(refusal.description)"))
        }
        let settings = try? admin.configurations(of: needed.filter { metadata.topics[$0] != nil }, timeout: .seconds(10))
        let inspection = TopicInspection(topics: topics, cluster: metadata, settings: settings ?? [:])
        if let finding = inspection.findings.first(where: { $0.severity == .blocking }) { return .failure(.unfit(finding.sentence)) }
        for finding in inspection.findings where finding.severity == .unasked {
            log.warning("\(finding.sentence)", metadata: [LogKeys.topic: "\(finding.topic)"])
        }
        return .success(StartCheck(partitionCount: inspection.partitionCount, limits: inspection.limits))
    }

    /// A topic that may not be seen is missing from the list of all; asked for by its name, the broker says so. A reader asks, since a
    /// producer's question would make the topic where the broker is set so. What cannot be asked either is told as missing.
    private static func refusal(of missing: [String], _ kafka: WorkerConfiguration.Kafka) -> KafkaError? {
        guard !missing.isEmpty,
            let reader = try? LogReader(
                bootstrapServers: kafka.bootstrapServers, isolation: .committed, properties: kafka.properties.forConsumers),
            let answer = try? reader.metadata(of: missing, timeout: .seconds(10))
        else { return nil }
        for name in missing {
            if let error = answer.topics[name]?.error, error.isAuthorization { return error.described("\(name): \(error.message)") }
        }
        return nil
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
