/// Which records of a ledger partition keep it closed: fed with all of them in log order. Of each key the last one counts.
package struct DamagedRecords: Sendable {
    package struct Damage: Equatable, Sendable {
        /// Of the record; empty: the reserved key.
        package let key: [UInt8]
        /// Of the record, in the ledger's partition.
        package let offset: Int64
        package let error: LedgerError
    }

    private var found: [[UInt8]: Damage] = [:]

    package init() {}

    /// In the order of the log.
    package var damages: [Damage] { found.values.sorted { $0.offset < $1.offset } }

    /// A record without a key cannot be replaced, and Kafka takes none on a compacted topic.
    package mutating func add(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, at offset: Int64) {
        guard let key else { return }
        do throws(LedgerError) {
            if let value { try Self.check(value, key) }
            if !found.isEmpty { found[[UInt8](key)] = nil }
        } catch {
            found[[UInt8](key)] = Damage(key: [UInt8](key), offset: offset, error: error)
        }
    }

    private static func check(_ value: UnsafeRawBufferPointer, _ key: UnsafeRawBufferPointer) throws(LedgerError) {
        if key.isEmpty {
            _ = try LedgerCodec.decodeRecorded(value)
        } else {
            _ = try LedgerCodec.head(value, key: key)
            _ = try LedgerCodec.decode(value)
        }
    }
}
