internal import CLibrdkafka

/// A member's standing in its group, as a transaction's offsets carry it: the broker refuses a stale generation (KIP-447).
package struct GroupMetadata: ~Copyable, @unchecked Sendable {  // an owned, immutable C value: it moves between threads with its owner
    let pointer: OpaquePointer
    /// -1: not a member.
    package let generation: Int32
    package let memberID: String

    init(consuming pointer: OpaquePointer) {
        self.pointer = pointer
        (generation, memberID) = Self.read(pointer)
    }

    /// Of a group without this process being a member: what an operator's tool commits offsets with.
    package init(group: String) {
        guard let pointer = rd_kafka_consumer_group_metadata_new(group) else {
            preconditionFailure("librdkafka makes group metadata unless memory has run out")
        }
        self.init(consuming: pointer)
    }

    deinit { rd_kafka_consumer_group_metadata_destroy(pointer) }

    /// librdkafka before 2.4 has no accessors: the serialised form is `CGMDv2:`, the generation as int32 LE at byte 7, then group id,
    /// member id and group instance id, each ended by NUL (the same in 2.16.1).
    private static func read(_ pointer: OpaquePointer) -> (Int32, String) {
        var buffer: UnsafeMutableRawPointer?
        var size = 0
        if let error = rd_kafka_consumer_group_metadata_write(pointer, &buffer, &size) {
            rd_kafka_error_destroy(error)
            return (-1, "")
        }
        defer { rd_kafka_mem_free(nil, buffer) }
        guard let buffer, size > 11 else { return (-1, "") }
        let bytes = UnsafeRawBufferPointer(start: buffer, count: size)
        guard bytes.prefix(7).elementsEqual("CGMDv2:".utf8) else { return (-1, "") }
        let generation = Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 7, as: Int32.self))
        let strings = bytes[11...].split(separator: 0, omittingEmptySubsequences: false)
        guard strings.count >= 2 else { return (-1, "") }
        return (generation, String(decoding: strings[1], as: UTF8.self))
    }

    /// Whether the linked library serialises as this one reads: asked once at start, since fencing hangs on it.
    package static var isReadable: Bool {
        guard let pointer = rd_kafka_consumer_group_metadata_new_with_genid("group", 41, "member", nil) else { return false }
        defer { rd_kafka_consumer_group_metadata_destroy(pointer) }
        return read(pointer) == (41, "member")
    }
}
