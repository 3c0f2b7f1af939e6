internal import CLibrdkafka

/// Owner of a C list of partitions.
struct PartitionList: ~Copyable {
    private let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    private init(capacity: Int) { pointer = rd_kafka_topic_partition_list_new(Int32(capacity)) }

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

    private func add(_ topic: String, _ partition: Int32, _ offset: Int64?) {
        let entry = rd_kafka_topic_partition_list_add(pointer, topic, partition)
        if let offset { entry?.pointee.offset = offset }
    }

    /// The offsets that a call has written into the list, without those of partitions with an error and those that are names.
    var offsets: [TopicPartition: Int64] {
        var found: [TopicPartition: Int64] = [:]
        for index in 0..<Int(pointer.pointee.cnt) {
            let element = pointer.pointee.elems[index]
            guard element.err == RD_KAFKA_RESP_ERR_NO_ERROR, element.offset >= 0 else { continue }
            found[TopicPartition(topic: String(cString: element.topic), partition: element.partition)] = element.offset
        }
        return found
    }

    /// The first error that a call has written into the list.
    borrowing func throwFirstError() throws(KafkaError) {
        for index in 0..<Int(pointer.pointee.cnt) where pointer.pointee.elems[index].err != RD_KAFKA_RESP_ERR_NO_ERROR {
            throw KafkaError(pointer.pointee.elems[index].err)
        }
    }

    /// The partitions of a list that librdkafka owns.
    static func partitions(_ list: UnsafePointer<rd_kafka_topic_partition_list_t>) -> [TopicPartition] {
        (0..<Int(list.pointee.cnt)).map {
            let element = list.pointee.elems[$0]
            return TopicPartition(topic: String(cString: element.topic), partition: element.partition)
        }
    }
}
