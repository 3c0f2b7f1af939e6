internal import EventLoop
package import Kafka
internal import Requests
internal import SMSPipeline
package import Time

/// Asks the brokers what `check` wants to know: joins no group, opens no transaction, writes nothing. Blocks until a deadline, and not much
/// longer; who cannot wait for a call that hangs leaves its thread behind.
package struct KafkaProbe {
    private let configuration: WorkerConfiguration
    private let deadline: MonotonicInstant

    package init(_ configuration: WorkerConfiguration, until deadline: MonotonicInstant) {
        self.configuration = configuration
        self.deadline = deadline
    }

    /// - Throws: where no broker answered, or none would have us.
    package func ask() throws(KafkaError) -> KafkaFacts {
        let kafka = configuration.kafka
        let admin = try Admin(bootstrapServers: kafka.bootstrapServers, properties: kafka.properties.forProducers)
        var cluster = try admin.metadata(timeout: left(.seconds(10)))
        let reader = try LogReader(
            bootstrapServers: kafka.bootstrapServers, isolation: .uncommitted, properties: kafka.properties.forConsumers)
        let needed = TopicInspection.names(configuration.topics)
        let unlisted = needed.filter { cluster.topics[$0] == nil }
        // A topic that may not be seen is not on the list of all; asked for by its name, the broker says so. A reader's question makes none.
        if !unlisted.isEmpty, let answer = try? reader.metadata(of: unlisted, timeout: left(.seconds(5))) {
            cluster = cluster.replacing(answer.topics.filter { $0.value.error?.isUnknownTopic != true })
        }
        let seen = needed.filter { (cluster.topics[$0]?.partitions ?? 0) > 0 }
        let settings = seen.isEmpty ? [:] : (try? admin.configurations(of: seen, timeout: left(.seconds(5)))) ?? [:]
        return KafkaFacts(cluster: cluster, settings: settings, trials: trials(reader, cluster))
    }

    private func left(_ most: Duration) -> Duration { max(.milliseconds(100), min(deadline - .now, most)) }

    private func trials(_ reader: LogReader, _ cluster: ClusterMetadata) -> [KafkaFacts.Trial] {
        let plan = AccessPlan(topics: configuration.topics, groupID: configuration.kafka.groupID)
        return plan.rights.flatMap { right -> [KafkaFacts.Trial] in
            switch right.resource {
            case .topic: topicTrials(right, reader, cluster.topics[right.name])
            case .group: [KafkaFacts.Trial("Read on the group \(right.name)", groupTrial(cluster))]
            case .transactionalID: [KafkaFacts.Trial("Write on transactional ids that begin with \(right.name)", .untried)]
            }
        }
    }

    private func topicTrials(_ right: AccessPlan.Right, _ reader: LogReader, _ topic: ClusterMetadata.Topic?) -> [KafkaFacts.Trial] {
        // What does not exist is the topics' line.
        guard let topic else { return [] }
        return right.operations.map { operation in
            let name = "\(operation.rawValue) on the topic \(right.name)"
            if let error = topic.error, error.isAuthorization { return KafkaFacts.Trial(name, .failed(error)) }
            switch operation {
            case .read: return KafkaFacts.Trial(name, read(right.name, reader))
            case .write, .describeConfigs: return KafkaFacts.Trial(name, .untried)
            }
        }
    }

    /// A fetch at the end of the first partition: it gives nothing, or a refusal.
    private func read(_ topic: String, _ reader: LogReader) -> KafkaFacts.Trial.Outcome {
        let partition = TopicPartition(topic: topic, partition: 0)
        do throws(KafkaError) {
            let end = try reader.watermarks(partition, timeout: left(.seconds(5))).high
            try reader.start(partition, at: .offset(end))
            defer { reader.stop(partition) }
            let giveUp = MonotonicInstant.now + left(.seconds(5))
            while MonotonicInstant.now < giveUp {
                switch reader.poll(timeout: .milliseconds(100)) {
                case .record(let record): if record.isOf(partition) { return .granted }
                case .endOfPartition(let place, _): if place == partition { return .granted }
                case .error(let error): if !error.isTransport { return .failed(error) }
                case .assign: continue
                case .revoke: continue
                case .statistics: continue
                case nil: continue
                }
            }
            return .failed(KafkaError(failed: "the broker did not answer a fetch in time"))
        } catch {
            return .failed(error)
        }
    }

    /// The group's offset: who may read on the group may ask for it.
    private func groupTrial(_ cluster: ClusterMetadata) -> KafkaFacts.Trial.Outcome {
        let kafka = configuration.kafka
        guard let topic = configuration.topics.allRequests.first(where: { (cluster.topics[$0]?.partitions ?? 0) > 0 }) else {
            return .untried
        }
        do throws(KafkaError) {
            let offsets = try GroupOffsets(
                group: kafka.groupID, bootstrapServers: kafka.bootstrapServers, properties: kafka.properties.forConsumers)
            _ = try offsets.committed(TopicPartition(topic: topic, partition: 0), timeout: left(.seconds(10)))
            return .granted
        } catch {
            return .failed(error)
        }
    }
}
