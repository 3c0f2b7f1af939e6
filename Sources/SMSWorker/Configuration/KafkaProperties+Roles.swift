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
    /// Every partition has a queue of its own, and librdkafka counts its bound (64 MiB) for each queue: a backlog on all partitions would be
    /// held in memory many times over.
    ///
    /// - Parameter partitionCount: of all request topics; one member may own them all.
    package func forMembers(partitionCount: Int) -> [(key: String, value: String)] {
        var properties = forConsumers + [(key: Self.heartbeatKey, value: "\(heartbeat.milliseconds)")]
        if self[Self.fetchedAheadKey] == nil {
            let share = max(Self.leastFetchedAhead, Self.mostFetchedAhead / max(1, partitionCount))
            properties.append((key: Self.fetchedAheadKey, value: "\(share)"))
        }
        return properties
    }

    private static let fetchedAheadKey = "queued.max.messages.kbytes"
    /// KiB, in all and for one partition.
    private static let mostFetchedAhead = 32 * 1_024
    private static let leastFetchedAhead = 1_024

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
