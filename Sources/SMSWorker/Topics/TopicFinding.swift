internal import Requests
internal import SMSPipeline

/// Something about a topic that differs from what the worker needs.
package struct TopicFinding: Equatable, Sendable {
    package enum Severity: String, Equatable, Sendable {
        /// `run` does not start.
        case blocking
        /// It starts, at a price that the sentence names.
        case advice
        /// The broker does not tell, or may not be asked.
        case unasked
    }

    package let topic: String
    package let severity: Severity
    /// `partitions`, `replication.factor`, or Kafka's name of a setting; nil: the topic itself.
    package let setting: String?
    package let found: String?
    package let wanted: String?
    /// With the topic's name.
    package let sentence: String

    package init(
        _ severity: Severity, _ topic: String, setting: String? = nil, found: String? = nil, wanted: String? = nil, _ sentence: String
    ) {
        self.topic = topic
        self.severity = severity
        self.setting = setting
        self.found = found
        self.wanted = wanted
        self.sentence = sentence
    }
}
