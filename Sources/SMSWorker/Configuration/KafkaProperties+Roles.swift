internal import Requests
internal import SMSPipeline
internal import Time

/// librdkafka warns of keys that only the other kind of client knows: each kind gets its own.
extension KafkaProperties {
    /// For handles that read.
    package var forConsumers: [(key: String, value: String)] {
        entries.filter { !Self.producerOnly.contains($0.key) }
    }

    /// For the handle that joins the group: with the heartbeat that leases count with, and a bound on what is fetched ahead.
    ///
    /// Every partition has a queue of its own, and librdkafka counts its bounds (64 MiB, 100,000 records) for each queue: a backlog on all
    /// partitions would be held in memory many times over. The number matters as much as the bytes: a record takes some 300 B beside its own.
    ///
    /// - Parameter partitionCount: of all request topics; one member may own them all.
    package func forMembers(partitionCount: Int) -> [(key: String, value: String)] {
        var properties = forConsumers + [(key: Self.heartbeatKey, value: "\(heartbeat.milliseconds)")]
        for bound in Self.fetchedAhead where self[bound.key] == nil {
            properties.append((key: bound.key, value: "\(max(bound.least, bound.most / max(1, partitionCount)))"))
        }
        return properties
    }

    /// What stands in the queues: in all, and at least for one partition. KiB; records, to which a fetch comes that was begun below it.
    private static let fetchedAhead = [
        (key: "queued.max.messages.kbytes", most: 32 * 1_024, least: 1_024),
        (key: "queued.min.messages", most: 16 * 1_024, least: 1_024),
    ]

    /// For handles that write or ask.
    package var forProducers: [(key: String, value: String)] {
        entries.filter { !Self.consumerOnly.contains($0.key) }
    }

    private static let consumerOnly: Set<String> = [
        "partition.assignment.strategy", "session.timeout.ms", "heartbeat.interval.ms", "max.poll.interval.ms", "fetch.wait.max.ms",
        "fetch.min.bytes", "fetch.max.bytes", "max.partition.fetch.bytes", "fetch.message.max.bytes", "queued.min.messages",
        "queued.max.messages.kbytes", "group.protocol", "group.protocol.type", "check.crcs",
    ]
    private static let producerOnly: Set<String> = [
        "linger.ms", "queue.buffering.max.ms", "compression.type", "compression.codec", "compression.level", "batch.size",
        "batch.num.messages", "queue.buffering.max.messages", "queue.buffering.max.kbytes", "message.timeout.ms", "delivery.timeout.ms",
        "retries",
        "message.send.max.retries", "transaction.timeout.ms", "request.timeout.ms", "max.in.flight.requests.per.connection",
        "sticky.partitioning.linger.ms",
    ]
}
