internal import Requests
internal import SMSPipeline
internal import Time

/// librdkafka warns of keys that only the other kind of client knows: each kind gets its own.
extension KafkaProperties {
    /// For handles that read.
    package var forConsumers: [(key: String, value: String)] {
        entries.filter { !Self.producerOnly.contains($0.key) }
    }

    /// For the handle that joins the group: with the heartbeat that leases count with.
    package var forMembers: [(key: String, value: String)] {
        forConsumers + [(key: Self.heartbeatKey, value: "\(heartbeat.milliseconds)")]
    }

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
