/// Which records of a ledger partition keep it closed: fed with all of them in log order. Of each key the last one counts. What a worker's
/// restore (`LedgerFold`) does not take is found here, by the same rules.
package struct DamagedRecords: Sendable {
    package struct Damage: Equatable, Sendable {
        /// Of the record; empty: the reserved key.
        package let key: [UInt8]
        /// Of the record, in the ledger's partition.
        package let offset: Int64
        package let error: LedgerError
    }

    private var found: [[UInt8]: Damage] = [:]
    private let now: Int64
    private let group: String?

    /// - Parameters:
    ///   - now: the reader's clock, milliseconds since 1970.
    ///   - group: whose ledger it is to be; nil: anybody's.
    package init(now: Int64, group: String? = nil) {
        self.now = now
        self.group = group
    }

    /// In the order of the log.
    package var damages: [Damage] { found.values.sorted { $0.offset < $1.offset } }

    /// A record without a key cannot be replaced, and Kafka takes none on a compacted topic.
    package mutating func add(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, at offset: Int64) {
        guard let key else { return }
        do throws(LedgerError) {
            if let value { try check(value, key) }
            if !found.isEmpty { found[[UInt8](key)] = nil }
        } catch {
            found[[UInt8](key)] = Damage(key: [UInt8](key), offset: offset, error: error)
        }
    }

    private func check(_ value: UnsafeRawBufferPointer, _ key: UnsafeRawBufferPointer) throws(LedgerError) {
        if key.isEmpty {
            let recorded = try LedgerCodec.decodeRecorded(value)
            guard group == nil || recorded.group == group else { throw .otherGroup }
            return
        }
        let head = try LedgerCodec.head(value, key: key)
        if let closedAt = head.closedAt, LedgerFold.isBeyond(closedAt: closedAt, now: now) { throw .malformed }
        _ = try LedgerCodec.decode(value)
    }
}
