internal import Kafka
internal import Requests
internal import SMSPipeline
internal import Time

/// The topic of delivery receipts: read by every replica from positions that the ledgers keep.
extension TopicRules {
    func receipts(_ receipts: WorkerConfiguration.Topics.Receipts) -> [TopicFinding] {
        let name = receipts.name
        guard exists(name) else { return existence(name) }
        return onePartition(name) + notCompacted(name) + keeps(receipts) + appendTime(name) + replication(name)
    }

    private func onePartition(_ name: String) -> [TopicFinding] {
        let count = cluster.topics[name]?.partitions ?? 0
        if count == 1 { return [] }
        return [
            TopicFinding(
                .blocking, name, setting: "partitions", found: "\(count)", wanted: "1",
                "the topic \(name) has \(count) partitions; receipts have one order, so it must be one")
        ]
    }

    private func keeps(_ receipts: WorkerConfiguration.Topics.Receipts) -> [TopicFinding] {
        guard let found = settings[receipts.name]?[TopicSetting.retentionMilliseconds], let milliseconds = Int64(found),
            milliseconds >= 0, milliseconds < receipts.retention.milliseconds
        else { return [] }
        return [
            TopicFinding(
                .advice, receipts.name, setting: TopicSetting.retentionMilliseconds, found: found,
                wanted: "\(receipts.retention.milliseconds)",
                "the topic \(receipts.name) has retention.ms=\(found), less than TRACK_HORIZON and a day: a worker that was away may miss "
                    + "receipts, and their messages end as TRACKING_EXPIRED")
        ]
    }

    private func appendTime(_ name: String) -> [TopicFinding] {
        guard let found = settings[name]?[TopicSetting.timestampType], found != TopicSetting.appendTime else { return [] }
        return [
            TopicFinding(
                .advice, name, setting: TopicSetting.timestampType, found: found, wanted: TopicSetting.appendTime,
                "the topic \(name) has message.timestamp.type=\(found): a clock of a worker decides how long its receipts stay")
        ]
    }
}
