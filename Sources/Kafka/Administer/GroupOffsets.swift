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
        configuration.enableEvents(Int32(RD_KAFKA_EVENT_ERROR))
        client = try ClientHandle(RD_KAFKA_CONSUMER, configuration)
    }

    /// With stable offsets required: waits out a transaction that has already sent its offsets.
    ///
    /// - Returns: nil where the group has none.
    /// - Throws: as soon as it is known that the group may not be asked: the client itself goes on trying until time is up.
    package func committed(_ partition: TopicPartition, timeout: Duration) throws(KafkaError) -> Int64? {
        let deadline = MonotonicInstant.now + timeout
        return try client.use { (client) throws(KafkaError) in
            var slice = Duration.seconds(1)
            while true {
                do throws(KafkaError) {
                    return try Self.committed(client, partition, max(.milliseconds(100), min(deadline - .now, slice)))
                } catch {
                    guard error.isTimeout else { throw error }
                    if let refusal = Self.refusal(client) { throw refusal }
                    guard MonotonicInstant.now < deadline else { throw error }
                    slice = slice * 2
                }
            }
        }
    }

    /// What the client met by itself, where it is a refusal.
    private static func refusal(_ client: OpaquePointer) -> KafkaError? {
        guard let pointer = rd_kafka_queue_get_consumer(client) else { return nil }
        defer { rd_kafka_queue_destroy(pointer) }
        let queue = EventQueue(pointer: pointer)
        while let event = queue.poll(client) {
            if case .error(let error) = consume event, error.isAuthorization { return error }
        }
        return nil
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
