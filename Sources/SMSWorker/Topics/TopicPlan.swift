package import Kafka
internal import Requests
internal import SMSPipeline

/// The topics that a configuration needs, and the settings they are made with.
package struct TopicPlan: Equatable, Sendable {
    /// A ledger that has fewer partitions than its requests.
    package struct Growth: Equatable, Sendable {
        package let name: String
        package let from: Int
        package let total: Int
    }

    /// Every topic, as it would be made; ledgers before their requests, whose growth they must be ahead of.
    package let wanted: [NewTopic]
    /// Those that the cluster lacks.
    package let missing: [NewTopic]
    package let growths: [Growth]

    /// - Parameters:
    ///   - settings: of the topics that exist, as far as the broker tells them: a ledger must hold what its request topic takes.
    ///   - partitions: of topics that do not exist; a ledger has as many as its requests.
    ///   - retention: of topics that do not exist, but the ledgers, which compaction keeps short.
    ///   - replicationFactor: nil: 3 where there are three brokers, else 1.
    package init(
        topics: WorkerConfiguration.Topics, existing: ClusterMetadata, settings: [String: [String: String]] = [:], partitions: Int,
        retention: TopicRetention = .standard, replicationFactor: Int?
    ) {
        let replicas = replicationFactor ?? (existing.brokers >= 3 ? 3 : 1)
        let safety: [(key: String, value: String)] = replicas >= 3 ? [(TopicSetting.minInsyncReplicas, "2")] : []
        func deletion(after retention: Duration) -> [(key: String, value: String)] {
            [(TopicSetting.cleanupPolicy, "delete"), TopicRetention.setting(retention)]
        }
        let compression = [(key: TopicSetting.compressionType, value: TopicSetting.requestCompression)]
        let compaction: [(key: String, value: String)] = [(TopicSetting.cleanupPolicy, "compact")] + TopicSetting.ledgerBounds
        func size(_ names: [String]) -> [(key: String, value: String)] {
            let limits = names.map { settings[$0]?[TopicSetting.maxMessageBytes].flatMap { Int($0) } ?? TopicSetting.defaultMessageLimit }
            return [(TopicSetting.maxMessageBytes, "\(TopicSetting.roomAbove(limits.max() ?? TopicSetting.defaultMessageLimit))")]
        }
        func topic(_ name: String, _ count: Int, _ configuration: [(key: String, value: String)]) -> NewTopic {
            NewTopic(name: name, partitions: count, replicationFactor: replicas, configuration: configuration + safety)
        }
        var wanted: [NewTopic] = []
        var growths: [Growth] = []
        for name in topics.allRequests {
            let ledger = topics.ledger(of: name)
            let current = Self.partitions(of: ledger, existing)
            let count = Self.partitions(of: name, existing) ?? partitions
            wanted.append(topic(ledger, count, compaction + size([name])))
            wanted.append(topic(name, count, deletion(after: retention.requests) + compression))
            if let current, current < count { growths.append(Growth(name: ledger, from: current, total: count)) }
        }
        wanted.append(topic(topics.status, partitions, deletion(after: retention.status)))
        wanted.append(topic(topics.deadLetter, partitions, deletion(after: retention.deadLetters) + size(topics.allRequests)))
        if let receipts = topics.receipts {
            // One order for all, and the broker's own clock: positions in it are told apart by both.
            wanted.append(
                topic(receipts.name, 1, deletion(after: receipts.retention) + [(TopicSetting.timestampType, TopicSetting.appendTime)]))
        }
        self.wanted = wanted
        self.growths = growths
        missing = wanted.filter { Self.partitions(of: $0.name, existing) == nil }
    }

    /// Nil where there is no such topic.
    static func partitions(of name: String, _ cluster: ClusterMetadata) -> Int? {
        guard let topic = cluster.topics[name], topic.partitions > 0 else { return nil }
        return topic.partitions
    }
}
