internal import CLibrdkafka

/// Identity of a topic on one client, for maps that must not make a String a record. A topic keeps its identity while one of its
/// partitions is assigned; afterwards another topic may get it.
package struct TopicIdentity: Hashable, @unchecked Sendable {  // compared, never followed, except while a record lends it
    let pointer: OpaquePointer

    /// Valid while the record lives that it was taken from.
    package var name: String { String(cString: rd_kafka_topic_name(pointer)) }
}
