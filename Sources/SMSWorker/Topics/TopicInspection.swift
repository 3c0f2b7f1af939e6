package import Kafka
internal import Requests
internal import SMSPipeline

/// What of a cluster's topics differs from what the worker needs: a pure judgement, for `topics check` and for the start.
package struct TopicInspection: Sendable {
    /// In the order of the topics; what stops a start comes first within each.
    package let findings: [TopicFinding]

    private let topics: WorkerConfiguration.Topics
    private let cluster: ClusterMetadata
    private let settings: [String: [String: String]]

    /// - Parameter settings: of each topic, as the broker tells them; a topic whose settings may not be asked is missing.
    package init(topics: WorkerConfiguration.Topics, cluster: ClusterMetadata, settings: [String: [String: String]]) {
        self.topics = topics
        self.cluster = cluster
        self.settings = settings
        var findings: [TopicFinding] = []
        let rules = TopicRules(topics: topics, cluster: cluster, settings: settings)
        for name in topics.allRequests {
            findings += rules.existence(name) + rules.notCompacted(name) + rules.replication(name)
            findings += rules.retention(name, TopicRetention.standard.requests) + rules.compression(name)
            findings += rules.ledger(of: name)
        }
        findings += rules.leastSize(topics.status)
        findings += rules.existence(topics.status) + rules.notCompacted(topics.status) + rules.replication(topics.status)
        findings += rules.retention(topics.status, TopicRetention.standard.status) + rules.unaskedSize(topics.status)
        findings += rules.existence(topics.deadLetter) + rules.leastSize(topics.deadLetter) + rules.notCompacted(topics.deadLetter)
        findings += rules.retention(topics.deadLetter, TopicRetention.standard.deadLetters) + rules.unaskedSize(topics.deadLetter)
        findings += rules.size(topics.deadLetter, above: topics.allRequests)
        findings += rules.replication(topics.deadLetter)
        if let receipts = topics.receipts { findings += rules.receipts(receipts) }
        self.findings = findings
    }

    /// All names that the worker reads or writes.
    package static func names(_ topics: WorkerConfiguration.Topics) -> [String] {
        topics.allRequests + topics.allRequests.map { topics.ledger(of: $0) } + topics.others
    }

    /// Partitions of all request topics.
    package var partitionCount: Int { topics.allRequests.reduce(0) { $0 + (cluster.topics[$1]?.partitions ?? 0) } }

    /// What fits the topics that are written.
    package var limits: ProducerLimits {
        let largest = (topics.allRequests.map { topics.ledger(of: $0) } + [topics.deadLetter]).map(limit)
        let message = largest.min() ?? TopicSetting.defaultMessageLimit
        return ProducerLimits(message: message, batch: min(message, limit(topics.status)))
    }

    private func limit(_ name: String) -> Int {
        settings[name]?[TopicSetting.maxMessageBytes].flatMap { Int($0) } ?? TopicSetting.defaultMessageLimit
    }
}
