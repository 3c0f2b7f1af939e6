internal import Requests
internal import SMSPipeline
internal import Time

/// Settings of topics, by Kafka's own names, and the values that the worker's topics have.
package enum TopicSetting {
    package static let cleanupPolicy = "cleanup.policy"
    package static let maxMessageBytes = "max.message.bytes"
    package static let minInsyncReplicas = "min.insync.replicas"
    package static let segmentBytes = "segment.bytes"
    package static let segmentMilliseconds = "segment.ms"
    package static let minCleanableDirtyRatio = "min.cleanable.dirty.ratio"
    package static let maxCompactionLag = "max.compaction.lag.ms"
    package static let retentionMilliseconds = "retention.ms"
    package static let compressionType = "compression.type"
    package static let timestampType = "message.timestamp.type"
    package static let uncleanElection = "unclean.leader.election.enable"

    /// Of `timestampType`: records have the time at which the broker wrote them.
    static let appendTime = "LogAppendTime"

    /// What a broker takes where it does not say: Kafka's own default, in bytes.
    package static let defaultMessageLimit = 1_048_588
    /// What the bounds of a request (key, text, metadata, trace) can add up to in one record, with room to spare.
    static let leastMessageLimit = 24 * 1_024
    /// What a ledger entry or a dead letter needs beside the request that it holds, in bytes.
    package static let messageMargin = 65_536

    /// Of a request topic: the broker compresses anew what came otherwise. A batch of another codec may inflate to far more than
    /// `max.message.bytes`, which counts it compressed, and older versions of librdkafka inflate it whole.
    static let requestCompression = "lz4"

    /// So much is to be taken above a limit that a broker tells.
    static func roomAbove(_ limit: Int) -> Int { Int(Int64(limit).clampedSum(Int64(messageMargin))) }

    /// Of a ledger: small segments that are closed soon, so that compaction reaches them soon: else texts of one-time codes stay for days,
    /// and restores grow long. Values are upper bounds.
    package static let ledgerBounds: [(key: String, value: String)] = [
        (segmentBytes, "67108864"), (segmentMilliseconds, "600000"), (minCleanableDirtyRatio, "0.1"), (maxCompactionLag, "3600000"),
    ]
}
