internal import CLibrdkafka

/// One partition of one topic.
package struct TopicPartition: Hashable, Sendable, CustomStringConvertible {
    package let topic: String
    package let partition: Int32

    package init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    package var description: String { "\(topic)-\(partition)" }
}

/// A consumer offset: the next record to read.
package struct ConsumerOffset: Hashable, Sendable {
    package let topic: String
    package let partition: Int32
    package let offset: Int64

    package init(topic: String, partition: Int32, offset: Int64) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }
}

/// Owner of a C list of partitions.
struct PartitionList: ~Copyable {
    private let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(capacity: Int = 8) { pointer = rd_kafka_topic_partition_list_new(Int32(capacity)) }

    init(_ partitions: [TopicPartition], offset: Int64? = nil) {
        self.init(capacity: partitions.count)
        for partition in partitions { add(partition.topic, partition.partition, offset) }
    }

    init(_ offsets: [ConsumerOffset]) {
        self.init(capacity: offsets.count)
        for entry in offsets { add(entry.topic, entry.partition, entry.offset) }
    }

    deinit { rd_kafka_topic_partition_list_destroy(pointer) }

    /// Lends the list for the length of a call; it lives at least so long.
    borrowing func lend<Result>(_ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> Result) -> Result { body(pointer) }

    func add(_ topic: String, _ partition: Int32, _ offset: Int64?) {
        let entry = rd_kafka_topic_partition_list_add(pointer, topic, partition)
        if let offset { entry?.pointee.offset = offset }
    }

    /// What a call has written into the list.
    static func elements(_ list: UnsafePointer<rd_kafka_topic_partition_list_t>) -> [rd_kafka_topic_partition_t] {
        (0..<Int(list.pointee.cnt)).map { list.pointee.elems[$0] }
    }
}
