package import Kafka
package import Metrics
internal import Requests
internal import SMSPipeline
internal import Synchronization

/// What librdkafka says of the consumer, every ten seconds. The label of the lag is the name of a request topic: as many as are configured,
/// there while partitions of it are open here.
package final class KafkaMetrics: Sendable {
    private struct Seen {
        var client = ""
        var sentBytes: Int64 = 0
        var receivedBytes: Int64 = 0
        var requestTimeouts: Int64 = 0
        /// Those with a lag.
        var topics: Set<String> = []
    }

    private static let lag = "rocketsms_kafka_consumer_lag"

    private let registry: MetricsRegistry
    private let brokersUp: Gauge
    private let roundTrip: Gauge
    private let requestTimeouts: Counter
    private let sentBytes: Counter
    private let receivedBytes: Counter
    private let unreadableStatistics: Counter
    /// Librdkafka counts from the beginning of a client, and a worker makes another one where it starts over.
    private let seen = Mutex(Seen())

    package init(registry: MetricsRegistry) {
        self.registry = registry
        brokersUp = registry.gauge("rocketsms_kafka_brokers_up", help: "Kafka nodes that the consumer has a connection to.")
        roundTrip = registry.gauge(
            "rocketsms_kafka_broker_rtt_seconds",
            help: "From request to answer: the highest average of a connection, with what fetches wait for records.")
        requestTimeouts = registry.counter(
            "rocketsms_kafka_request_timeouts_total", help: "The consumer's requests that Kafka did not answer in time.")
        sentBytes = registry.counter("rocketsms_kafka_sent_bytes_total", help: "Bytes that the consumer sent to Kafka.")
        unreadableStatistics = registry.counter(
            "rocketsms_kafka_statistics_unreadable_total",
            help: "Times that the client library's figures could not be read: the lag is absent then.")
        receivedBytes = registry.counter("rocketsms_kafka_received_bytes_total", help: "Bytes that the consumer received from Kafka.")
    }

    /// - Parameter lag: by topic, records behind; a topic whose lag is unknown is not in it.
    package func show(_ statistics: Statistics, lag: [String: Int64]) {
        brokersUp.set(statistics.nodesUp)
        roundTrip.set((statistics.highestRoundTrip ?? .zero) / .seconds(1))
        seen.withLock { seen in
            if seen.client != statistics.client { seen = Seen(client: statistics.client, topics: seen.topics) }
            Self.count(statistics.sentBytes, &seen.sentBytes, sentBytes)
            Self.count(statistics.receivedBytes, &seen.receivedBytes, receivedBytes)
            Self.count(statistics.requestTimeouts, &seen.requestTimeouts, requestTimeouts)
            for (topic, records) in lag {
                let help = "Records of the request topic that are not read yet, in this worker's open partitions."
                registry.gauge(Self.lag, help: help, labels: ["topic": topic]).set(records)
            }
            for topic in seen.topics where lag[topic] == nil { registry.remove(Self.lag, labels: ["topic": topic]) }
            seen.topics = Set(lag.keys)
        }
    }

    /// A figure that stands still would look like one that is true.
    package func unreadable() {
        unreadableStatistics.increment()
        seen.withLock { seen in
            for topic in seen.topics { registry.remove(Self.lag, labels: ["topic": topic]) }
            seen.topics = []
        }
    }

    /// A total that sank lost a connection that is gone; what it counted has been shown.
    private static func count(_ total: Int64, _ seen: inout Int64, _ counter: Counter) {
        if total > seen { counter.increment(by: Int(total &- seen)) }
        seen = total
    }
}
