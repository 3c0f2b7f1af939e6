import Kafka
import TestSupport

extension TransactionalProducer {
    /// A producer that is ready for its first transaction.
    convenience init(
        _ broker: Broker, id: String = fresh("producer"), topics: [String] = [], properties: [(key: String, value: String)] = []
    ) throws {
        try self.init(transactionalID: id, bootstrapServers: broker.bootstrapServers, properties: properties)
        try initTransactions(timeout: .seconds(30))
        try askMetadata(of: topics, timeout: .seconds(10))
    }

    func produce(_ partition: TopicPartition, _ value: String) throws {
        var value = value
        try value.withUTF8 { bytes in
            try produce(topic: partition.topic, partition: partition.partition, key: nil, value: UnsafeRawBufferPointer(bytes))
        }
    }

    /// One transaction with these values, to its end.
    func write(_ values: [String], to partition: TopicPartition) throws {
        try begin()
        for value in values { try produce(partition, value) }
        try commit(timeout: .seconds(20))
    }
}

extension Producer {
    /// Writes the values and waits for their reports.
    func write(_ values: [String], to partition: TopicPartition) throws {
        for (tag, var value) in values.enumerated() {
            try value.withUTF8 { bytes in
                try produce(
                    topic: partition.topic, partition: partition.partition, key: nil, value: UnsafeRawBufferPointer(bytes), tag: tag)
            }
        }
        try flush(timeout: .seconds(20))
    }
}

extension LogReader {
    /// The values from the partition's beginning to an end at or past `end`.
    static func values(_ broker: Broker, _ partition: TopicPartition, _ isolation: Isolation, through end: Int64) throws -> [String] {
        let reader = try LogReader(bootstrapServers: broker.bootstrapServers, isolation: isolation, properties: [])
        try reader.start(partition, at: .beginning)
        var values: [String] = []
        var isAtEnd = false
        try waitUntil("the end of \(partition)") {
            switch reader.poll(timeout: .seconds(1)) {
            case .record(let record): values.append(record.withValue { String(decoding: $0 ?? .init(start: nil, count: 0), as: UTF8.self) })
            case .endOfPartition(_, let offset): isAtEnd = offset >= end
            case .error(let error): if !error.isTransport { throw error }
            default: break
            }
            return isAtEnd
        }
        return values
    }
}
