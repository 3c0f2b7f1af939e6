internal import Kafka
internal import Requests
internal import SMSPipeline
internal import Time

/// The rules of `TopicInspection`, one a function.
struct TopicRules {
    let topics: WorkerConfiguration.Topics
    let cluster: ClusterMetadata
    let settings: [String: [String: String]]

    func existence(_ name: String) -> [TopicFinding] {
        if exists(name) { return [] }
        if let error = cluster.topics[name]?.error, !error.isUnknownTopic {
            return [TopicFinding(.blocking, name, "the topic \(name) cannot be seen (\(error.description))")]
        }
        return [
            TopicFinding(
                .blocking, name, "the topic \(name) does not exist: `rocketsms-worker topics create` makes it, or TOPICS_AUTO_CREATE=true")
        ]
    }

    func notCompacted(_ name: String) -> [TopicFinding] {
        guard exists(name), let policy = settings[name]?[TopicSetting.cleanupPolicy], policy.contains("compact") else { return [] }
        // A dead letter has its record's key, which may be null: a compacted topic refuses that, and its transaction, for ever.
        let price =
            name == topics.deadLetter || name == topics.receipts?.name
            ? "it would refuse records without a key, and lose records of one key"
            : "its key is the ordering key, so compaction would lose records"
        return [
            TopicFinding(
                .blocking, name, setting: TopicSetting.cleanupPolicy, found: policy, wanted: "delete",
                "the topic \(name) is compacted; \(price)")
        ]
    }

    func ledger(of requests: String) -> [TopicFinding] {
        let name = topics.ledger(of: requests)
        guard exists(name) else { return existence(name) }
        let limits = leastSize(name) + size(name, above: [requests])
        return partitions(name, requests) + policy(name) + bounds(name) + limits + replication(name)
    }

    private func partitions(_ ledger: String, _ requests: String) -> [TopicFinding] {
        let count = cluster.topics[ledger]?.partitions ?? 0
        let needed = cluster.topics[requests]?.partitions ?? 0
        if count >= needed { return [] }
        return [
            TopicFinding(
                .blocking, ledger, setting: "partitions", found: "\(count)", wanted: "\(needed)",
                "the ledger topic \(ledger) has \(count) partitions, fewer than the \(needed) of \(requests)")
        ]
    }

    private func policy(_ ledger: String) -> [TopicFinding] {
        guard let policy = settings[ledger]?[TopicSetting.cleanupPolicy] else {
            return [
                TopicFinding(
                    .unasked, ledger, setting: TopicSetting.cleanupPolicy, wanted: "compact",
                    "whether the ledger topic \(ledger) is compacted could not be asked: with another cleanup.policy open requests would be lost; its max.message.bytes is taken as \(TopicSetting.defaultMessageLimit)"
                )
            ]
        }
        if policy == "compact" { return [] }
        return [
            TopicFinding(
                .blocking, ledger, setting: TopicSetting.cleanupPolicy, found: policy, wanted: "compact",
                "the ledger topic \(ledger) has cleanup.policy=\(policy); it must be exactly compact, or open requests are deleted")
        ]
    }

    private func bounds(_ ledger: String) -> [TopicFinding] {
        TopicSetting.ledgerBounds.compactMap { key, wanted in
            guard let found = settings[ledger]?[key], let value = Double(found), let bound = Double(wanted), value > bound else {
                return nil
            }
            return TopicFinding(
                .advice, ledger, setting: key, found: found, wanted: wanted,
                "the ledger topic \(ledger) has \(key)=\(found), more than \(wanted): texts stay in it for longer, and restores take longer"
            )
        }
    }

    func size(_ name: String, above requests: [String]) -> [TopicFinding] {
        guard exists(name), let found = settings[name]?[TopicSetting.maxMessageBytes], let limit = Int(found) else { return [] }
        let largest = requests.map { settings[$0]?[TopicSetting.maxMessageBytes].flatMap { Int($0) } ?? TopicSetting.defaultMessageLimit }
        let wanted = TopicSetting.roomAbove(largest.max() ?? TopicSetting.defaultMessageLimit)
        if limit >= wanted { return [] }
        return [
            TopicFinding(
                .advice, name, setting: TopicSetting.maxMessageBytes, found: found, wanted: "\(wanted)",
                "the topic \(name) has max.message.bytes=\(found), less than \(wanted): it may refuse what belongs to the largest requests")
        ]
    }

    /// Without the right to ask, Kafka's default is taken: one that has less refuses what is written, again and again.
    func unaskedSize(_ name: String) -> [TopicFinding] {
        guard exists(name), settings[name] == nil else { return [] }
        return [
            TopicFinding(
                .unasked, name, setting: TopicSetting.maxMessageBytes, wanted: "\(TopicSetting.leastMessageLimit)",
                "the settings of the topic \(name) could not be asked: its max.message.bytes is taken as \(TopicSetting.defaultMessageLimit), "
                    + "and one that has less refuses what is written, for ever")
        ]
    }

    /// Phones and texts, or what goes with them, stay for so long.
    func retention(_ name: String, _ wanted: Duration) -> [TopicFinding] {
        guard exists(name), let found = settings[name]?[TopicSetting.retentionMilliseconds], let milliseconds = Int64(found) else {
            return []
        }
        let (bound, least) = (wanted.milliseconds, RFC3339.millisecondsOfDay)
        let price: String
        if milliseconds < 0 {
            price = "what stands in it stays for ever"
        } else if milliseconds > bound {
            price = "what stands in it stays for longer than \(ConfigurationDuration.text(wanted))"
        } else if milliseconds < least {
            price = "what was not read within it is lost"
        } else {
            return []
        }
        return [
            TopicFinding(
                .advice, name, setting: TopicSetting.retentionMilliseconds, found: found, wanted: "\(bound)",
                "the topic \(name) has retention.ms=\(found): \(price)")
        ]
    }

    func compression(_ name: String) -> [TopicFinding] {
        guard exists(name), let found = settings[name]?[TopicSetting.compressionType], ["producer", "gzip"].contains(found) else {
            return []
        }
        return [
            TopicFinding(
                .advice, name, setting: TopicSetting.compressionType, found: found, wanted: TopicSetting.requestCompression,
                "the topic \(name) has compression.type=\(found): a small batch of gzip may inflate to more than the worker's memory")
        ]
    }

    /// Every entry and every event must fit, whatever a request contains: one that did not would stop the partition.
    func leastSize(_ name: String) -> [TopicFinding] {
        guard exists(name), let found = settings[name]?[TopicSetting.maxMessageBytes], let limit = Int(found),
            limit < TopicSetting.leastMessageLimit
        else { return [] }
        return [
            TopicFinding(
                .blocking, name, setting: TopicSetting.maxMessageBytes, found: found, wanted: "\(TopicSetting.leastMessageLimit)",
                "the topic \(name) has max.message.bytes=\(found); what belongs to one request may take \(TopicSetting.leastMessageLimit)")
        ]
    }

    func replication(_ name: String) -> [TopicFinding] {
        guard let topic = cluster.topics[name], topic.partitions > 0 else { return [] }
        var findings: [TopicFinding] = []
        if cluster.brokers >= 3, topic.replicas < 3 {
            findings.append(
                TopicFinding(
                    .advice, name, setting: "replication.factor", found: "\(topic.replicas)", wanted: "3",
                    "the topic \(name) has \(topic.replicas) replicas: one broker that is lost may take records with it"))
        }
        if topic.replicas >= 3, let found = settings[name]?[TopicSetting.minInsyncReplicas], let least = Int(found), least != 2 {
            let price = least < 2 ? "one broker that is lost may take records with it" : "writing stops with the first broker that is away"
            if least < 2 || least >= topic.replicas {
                findings.append(
                    TopicFinding(
                        .advice, name, setting: TopicSetting.minInsyncReplicas, found: found, wanted: "2",
                        "the topic \(name) has min.insync.replicas=\(found) of \(topic.replicas): \(price)"))
            }
        }
        if settings[name]?[TopicSetting.uncleanElection] == "true" {
            findings.append(
                TopicFinding(
                    .advice, name, setting: TopicSetting.uncleanElection, found: "true", wanted: "false",
                    "the topic \(name) has unclean.leader.election.enable=true: a replica that lags behind may become leader and lose records"
                ))
        }
        return findings
    }

    func exists(_ name: String) -> Bool { (cluster.topics[name]?.partitions ?? 0) > 0 }
}
