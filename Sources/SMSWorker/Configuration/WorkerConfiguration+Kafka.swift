internal import Requests
internal import SMSPipeline

extension WorkerConfiguration {
    /// The broker's side.
    package struct Kafka: Equatable, Sendable {
        /// As librdkafka wants them, joined by commas; empty only where a command does not need a broker.
        package var bootstrapServers: String
        package var groupID: String
        /// Nil: dynamic membership.
        package var instanceID: String?
        /// What `transactional.id` is made of; of one running worker only.
        package var transactionalStem: String
        /// The operator's own settings for librdkafka. None of them is one that a guarantee hangs on.
        package var properties: KafkaProperties
        /// How long to wait for a broker at start.
        package var startTimeout: Duration
    }
}
