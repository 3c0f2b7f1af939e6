/// What librdkafka says of one client, every `statistics.interval.ms`: of it, what the worker shows.
///
/// Its own `consumer_lag` is not here: it goes by offsets that this client itself stored or committed. The worker's go to the broker with
/// its transactions, so librdkafka knows none and says -1 (2.0.2, 2.16.1). Where partitions end is here, and the reader knows how far it is.
package struct Statistics: Equatable, Sendable {
    /// Unique to one client of the process, as `rdkafka#consumer-2`: its totals begin at 0.
    package var client = ""
    /// Since the client was made, over all connections.
    package var sentBytes: Int64 = 0
    package var receivedBytes: Int64 = 0
    package var brokers: [BrokerStatistics] = []
    /// By partition, where fetched ones end for a `read_committed` reader: the offset after the last record that it may see, as of the last
    /// answer to a fetch. Partitions that have not been fetched are absent.
    package var ends: [TopicPartition: Int64] = [:]

    package init() {}

    /// Nodes with at least one connection that is up; librdkafka opens them as it needs them.
    package var nodesUp: Int { Set(brokers.lazy.filter(\.isUp).map(\.node)).count }

    /// Of all connections, since the client was made.
    package var requestTimeouts: Int64 { brokers.reduce(0) { $0 &+ $1.requestTimeouts } }

    /// The highest average of a connection; nil: nothing was answered since the last statistics.
    package var highestRoundTrip: Duration? { brokers.lazy.compactMap(\.roundTrip).max() }
}
