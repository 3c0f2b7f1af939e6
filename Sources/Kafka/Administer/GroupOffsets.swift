internal import CLibrdkafka
internal import EventLoop
internal import Glibc
internal import Time

/// A group's committed offsets, seen from outside: nothing is joined. Blocks; from any thread.
package final class GroupOffsets: Sendable {
    private let client: ClientHandle

    /// - Parameter properties: librdkafka's own keys, the operator's (TLS, SASL).
    package init(group: String, bootstrapServers: String, properties: [(key: String, value: String)]) throws(KafkaError) {
        let configuration = HandleConfiguration()
        try configuration.set("bootstrap.servers", bootstrapServers)
        try configuration.set(properties)
        try configuration.set([("group.id", group), ("enable.auto.commit", "false"), ("isolation.level", "read_committed")])
        client = try ClientHandle(RD_KAFKA_CONSUMER, configuration)
    }

    /// With stable offsets required: waits out a transaction that has already sent its offsets.
    ///
    /// - Returns: nil where the group has none.
    package func committed(_ partition: TopicPartition, timeout: Duration) throws(KafkaError) -> Int64? {
        try client.use { (client) throws(KafkaError) in try Self.committed(client, partition, timeout) }
    }

    static func committed(_ client: OpaquePointer, _ partition: TopicPartition, _ timeout: Duration) throws(KafkaError) -> Int64? {
        let deadline = MonotonicInstant.now + timeout
        while true {
            do throws(KafkaError) {
                let list = PartitionList([partition])
                let left = max(.milliseconds(100), deadline - .now)
                try check(list.lend { rd_kafka_committed(client, $0, left.rdkafkaMilliseconds) }, partition.description)
                try list.throwFirstError()
                let offset = list.lend { $0.pointee.elems[0].offset }
                return offset < 0 ? nil : offset
            } catch {
                // A group's coordinator moves, or reads its offsets first: that ends by itself.
                guard error.isCoordinatorMoving, MonotonicInstant.now < deadline else { throw error }
                usleep(100_000)
            }
        }
    }
}
