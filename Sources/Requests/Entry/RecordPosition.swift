/// Where a record stands: topic, partition, offset.
package struct RecordPosition: Hashable, Sendable {
    package let topic: String
    package let partition: Int32
    package let offset: Int64

    package init(topic: String, partition: Int32, offset: Int64) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }

    /// Appends `<topic>-<partition>-<offset>`: the head of an event's `ce_id` and of the id of a request that brings
    /// none.
    package func append(to bytes: inout [UInt8]) {
        bytes.append(contentsOf: topic.utf8)
        bytes.append(UInt8(ascii: "-"))
        Decimal.append(partition, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Decimal.append(offset, to: &bytes)
    }
}
