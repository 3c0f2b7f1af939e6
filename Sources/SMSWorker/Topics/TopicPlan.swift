package import Kafka

/// The topics that a configuration needs, and the settings they are made with (DESIGN, "Topics").
package struct TopicPlan: Sendable {
    /// Those that the cluster lacks.
    package let missing: [NewTopic]

    /// - Parameter replicationFactor: nil: 3 where there are three brokers, else 1.
    package init(topics: WorkerConfiguration.Topics, existing: ClusterMetadata, partitions: Int, replicationFactor: Int?) {
        let replicas = replicationFactor ?? (existing.brokers >= 3 ? 3 : 1)
        let safety: [(key: String, value: String)] = replicas >= 3 ? [(key: "min.insync.replicas", value: "2")] : []
        let size: [(key: String, value: String)] = [(key: "max.message.bytes", value: "\(1_048_588 + 65_536)")]
        let compaction: [(key: String, value: String)] = [
            (key: "cleanup.policy", value: "compact"), (key: "segment.bytes", value: "67108864"), (key: "segment.ms", value: "600000"),
            (key: "min.cleanable.dirty.ratio", value: "0.1"), (key: "max.compaction.lag.ms", value: "3600000"),
        ]
        var wanted: [NewTopic] = []
        for name in topics.allRequests {
            let count = existing.topics[name]?.partitions ?? partitions
            wanted.append(NewTopic(name: name, partitions: count, replicationFactor: replicas, configuration: safety))
            wanted.append(
                NewTopic(
                    name: topics.ledger(of: name), partitions: count, replicationFactor: replicas, configuration: compaction + size + safety
                ))
        }
        wanted.append(NewTopic(name: topics.status, partitions: partitions, replicationFactor: replicas, configuration: safety))
        wanted.append(NewTopic(name: topics.deadLetter, partitions: partitions, replicationFactor: replicas, configuration: size + safety))
        missing = wanted.filter { existing.topics[$0.name] == nil }
    }
}
