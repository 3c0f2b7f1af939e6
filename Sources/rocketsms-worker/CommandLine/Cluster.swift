internal import EventLoop
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker
internal import Time

/// A cluster that has answered, for the commands that work on its topics. All calls block.
struct Cluster: Sendable {
    static let timeout = Duration.seconds(20)

    let configuration: WorkerConfiguration
    let admin: Admin
    /// As it was when the cluster answered.
    let metadata: ClusterMetadata

    /// Waits for a broker up to `KAFKA_START_TIMEOUT`.
    init(_ configuration: WorkerConfiguration) throws(CommandFailure) {
        self.configuration = configuration
        do throws(KafkaError) {
            admin = try Admin(
                bootstrapServers: configuration.kafka.bootstrapServers, properties: configuration.kafka.properties.forProducers)
        } catch {
            throw CommandFailure(.configuration, "\(error.message).")
        }
        let deadline = MonotonicInstant.now + configuration.kafka.startTimeout
        while true {
            do throws(KafkaError) {
                metadata = try admin.metadata(timeout: max(.milliseconds(100), min(deadline - .now, .seconds(10))))
                return
            } catch {
                if error.isAuthorization { throw CommandFailure("Kafka refuses these credentials or rights", error) }
                guard MonotonicInstant.now < deadline else {
                    throw CommandFailure(
                        .noBroker,
                        "No broker answered at \(configuration.kafka.bootstrapServers) within KAFKA_START_TIMEOUT (\(error.description)).")
                }
            }
        }
    }

    var topics: WorkerConfiguration.Topics { configuration.topics }

    /// The settings of those topics that exist.
    ///
    /// - Throws: where the broker may not be asked, or cannot tell.
    func settings() throws(KafkaError) -> [String: [String: String]] {
        let names = TopicInspection.names(topics).filter { metadata.topics[$0] != nil }
        return names.isEmpty ? [:] : try admin.configurations(of: names, timeout: Self.timeout)
    }

    /// How many partitions a topic has.
    ///
    /// - Throws: exit code 78 where there is no such topic.
    func partitions(of topic: String) throws(CommandFailure) -> Int {
        guard let found = metadata.topics[topic], found.partitions > 0 else {
            throw CommandFailure(
                .configuration,
                "The topic \(UsageError.excerpt(topic)) does not exist: `rocketsms-worker topics create` makes what is missing.")
        }
        return found.partitions
    }
}
