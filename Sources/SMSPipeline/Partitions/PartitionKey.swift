internal import Requests

/// A topic and one of its partitions, as a dictionary key.
package struct PartitionKey: Hashable, Sendable, Comparable {
    package let topic: String
    package let partition: Int32

    package init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    /// `<topic>-<partition>`: for log lines.
    package var name: String { "\(topic)-\(partition)" }

    package static func < (a: Self, b: Self) -> Bool { (a.topic, a.partition) < (b.topic, b.partition) }
}
