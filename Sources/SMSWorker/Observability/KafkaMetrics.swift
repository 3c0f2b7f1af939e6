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
        brokersUp = registry.gauge(MetricCatalog.brokersUp)
        roundTrip = registry.gauge(MetricCatalog.roundTrip)
        requestTimeouts = registry.counter(MetricCatalog.requestTimeouts)
        sentBytes = registry.counter(MetricCatalog.sentBytes)
        receivedBytes = registry.counter(MetricCatalog.receivedBytes)
        unreadableStatistics = registry.counter(MetricCatalog.unreadableStatistics)
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
                registry.gauge(MetricCatalog.lag, ["topic": topic]).set(records)
            }
            for topic in seen.topics where lag[topic] == nil { registry.remove(MetricCatalog.lag, ["topic": topic]) }
            seen.topics = Set(lag.keys)
        }
    }

    /// A figure that stands still would look like one that is true.
    package func unreadable() {
        unreadableStatistics.increment()
        seen.withLock { seen in
            for topic in seen.topics { registry.remove(MetricCatalog.lag, ["topic": topic]) }
            seen.topics = []
        }
    }

    /// A total that sank lost a connection that is gone; what it counted has been shown.
    private static func count(_ total: Int64, _ seen: inout Int64, _ counter: Counter) {
        if total > seen { counter.increment(by: Int(total &- seen)) }
        seen = total
    }
}
