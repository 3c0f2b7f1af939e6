package import Kafka
internal import Requests
internal import SMSPipeline

/// What the brokers answered to the questions of `check`.
package struct KafkaFacts: Sendable {
    /// A right that was tried, or cannot be.
    package struct Trial: Sendable {
        package enum Outcome: Sendable {
            case granted
            case failed(KafkaError)
            /// It shows by a write alone.
            case untried
        }

        /// As `Read on the topic sms.requests`.
        package let right: String
        package let outcome: Outcome

        package init(_ right: String, _ outcome: Outcome) {
            self.right = right
            self.outcome = outcome
        }
    }

    /// With the answers for topics that are not on the list of all.
    package let cluster: ClusterMetadata
    /// A topic whose settings may not be asked is missing.
    package let settings: [String: [String: String]]
    package let trials: [Trial]

    package init(cluster: ClusterMetadata, settings: [String: [String: String]], trials: [Trial]) {
        self.cluster = cluster
        self.settings = settings
        self.trials = trials
    }
}
