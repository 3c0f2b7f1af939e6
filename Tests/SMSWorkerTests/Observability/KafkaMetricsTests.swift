import Kafka
import Metrics
import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

struct KafkaMetricsTests {
    private let registry = MetricsRegistry()
    private let metrics: KafkaMetrics

    init() { metrics = KafkaMetrics(registry: registry) }

    private var lines: [Substring] { String(decoding: MetricsText.prometheus.render(registry), as: UTF8.self).split(separator: "\n") }

    private func statistics(_ client: String, sent: Int64 = 0, received: Int64 = 0, timeouts: [Int64] = []) -> Statistics {
        var statistics = Statistics()
        statistics.client = client
        statistics.sentBytes = sent
        statistics.receivedBytes = received
        statistics.brokers = timeouts.enumerated().map { index, count in
            var broker = BrokerStatistics()
            broker.node = "node-\(index):9092"
            broker.isUp = index > 0
            broker.requestTimeouts = count
            broker.roundTrip = .microseconds(1_500 * (index + 1))
            return broker
        }
        return statistics
    }

    @Test func connectionsAreShown() {
        metrics.show(statistics("c-1", sent: 100, received: 2_000, timeouts: [3, 0, 4]), lag: [:])
        #expect(lines.contains("rocketsms_kafka_brokers_up 2"))
        #expect(lines.contains("rocketsms_kafka_broker_rtt_seconds 0.0045"))
        #expect(lines.contains("rocketsms_kafka_request_timeouts_total 7"))
        #expect(lines.contains("rocketsms_kafka_sent_bytes_total 100"))
        #expect(lines.contains("rocketsms_kafka_received_bytes_total 2000"))
    }

    /// Totals are those of one client; counters go on when another takes its place, and never fall.
    @Test func countersGoOnWithTheNextClient() {
        metrics.show(statistics("c-1", sent: 100, timeouts: [5, 1]), lag: [:])
        metrics.show(statistics("c-1", sent: 150, timeouts: [1]), lag: [:])
        #expect(lines.contains("rocketsms_kafka_sent_bytes_total 150"))
        #expect(lines.contains("rocketsms_kafka_request_timeouts_total 6"))
        metrics.show(statistics("c-2", sent: 160, timeouts: [2]), lag: [:])
        #expect(lines.contains("rocketsms_kafka_sent_bytes_total 310"))
        #expect(lines.contains("rocketsms_kafka_request_timeouts_total 8"))
    }

    /// A lag that stands still would be taken for a lag.
    @Test func figuresThatCannotBeReadAreCountedAndTheLagIsAbsent() {
        metrics.show(statistics("c-1"), lag: ["bulk": 12])
        metrics.unreadable()
        #expect(lines.contains("rocketsms_kafka_statistics_unreadable_total 1"))
        #expect(!lines.contains { $0.hasPrefix("rocketsms_kafka_consumer_lag{") })
        metrics.show(statistics("c-1"), lag: ["bulk": 11])
        #expect(lines.contains("rocketsms_kafka_consumer_lag{topic=\"bulk\"} 11"))
    }

    @Test func aTopicWhoseLagIsUnknownIsAbsent() {
        let lag = { lines.filter { $0.hasPrefix("rocketsms_kafka_consumer_lag{") } }
        #expect(lag().isEmpty)
        metrics.show(statistics("c-1"), lag: ["bulk": 12, "codes": 0])
        #expect(
            Set(lag()) == ["rocketsms_kafka_consumer_lag{topic=\"bulk\"} 12", "rocketsms_kafka_consumer_lag{topic=\"codes\"} 0"])
        // Its partitions went elsewhere, with a client of before and one of after.
        metrics.show(statistics("c-2"), lag: ["codes": 3])
        #expect(lag() == ["rocketsms_kafka_consumer_lag{topic=\"codes\"} 3"])
        metrics.show(statistics("c-2"), lag: [:])
        #expect(lag().isEmpty)
    }
}
