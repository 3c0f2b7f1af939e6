internal import Time

/// Folds the records of a ledger partition, in log order, into what they leave behind: the last one of each key counts.
///
/// A pure value; the restorer feeds it on its thread, the sweep and the CLI use it too.
package struct LedgerFold {
    /// What the log says of one id so far.
    private enum Last {
        /// - Parameter offset: of the ledger's record.
        case open([UInt8], offset: Int64)
        case closed(at: Int64, offset: Int64)
    }

    private var last: [RequestHash: Last] = [:]
    /// Keys whose last record cannot be understood: one behind it takes its place here as it does in a compacted topic, so that an operator
    /// can take a foreign record out.
    private var damage: [RequestHash: (error: LedgerError, offset: Int64)] = [:]
    /// Of the timeless ids among them.
    private var aliases: [RequestHash: RequestHash] = [:]
    package private(set) var recorded: LedgerCodec.Recorded?
    private var recordedAt: Int64?
    /// Of the entries behind the last record of the empty key: that one covers all before it, and where an operator's repair set it lower,
    /// they must not raise it again.
    package private(set) var highestOffset: Int64 = 0
    /// Of all entries: what counts where no such record is left.
    private var highestOfAll: Int64 = 0
    package private(set) var recordCount = 0

    package init() {}

    /// - Parameter offset: of the ledger's record.
    /// - Throws: `LedgerError` for a record without a key, which nothing can replace.
    package mutating func add(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, at offset: Int64) throws(LedgerError) {
        recordCount += 1
        guard let key else { throw .malformed }
        do throws(LedgerError) {
            try take(key, value, offset)
            if !damage.isEmpty { damage[RequestHash(id: key)] = nil }
        } catch {
            damage[RequestHash(id: key)] = (error, offset)
        }
    }

    private mutating func take(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?, _ offset: Int64) throws(LedgerError) {
        if key.isEmpty {
            // Taken out, it is as if it had never been there: so it is in a compacted topic.
            recorded = try value.map { (value) throws(LedgerError) in try LedgerCodec.decodeRecorded(value) }
            recordedAt = recorded == nil ? nil : offset
            highestOffset = recorded == nil ? highestOfAll : 0
            return
        }
        let hash = RequestHash(id: key)
        guard let value else {
            // A tombstone: only closed ids get one.
            last[hash] = nil
            aliases[hash] = nil
            return
        }
        let head = try LedgerCodec.head(value, key: key)
        highestOffset = max(highestOffset, head.offset + 1)
        highestOfAll = max(highestOfAll, head.offset + 1)
        aliases[hash] = head.hasTimelessID ? RequestHash(timelessID: key, timestamp: head.timestamp) : nil
        last[hash] = head.closedAt.map { .closed(at: $0, offset: offset) } ?? .open([UInt8](value), offset: offset)
    }

    /// How far ahead of the reader's clock a closing may lie, in milliseconds: clocks differ, and are set back.
    package static let closingHorizon: Int64 = 400 * RFC3339.millisecondsOfDay

    /// Whether no clock of a worker can have shown this when it was written.
    package static func isBeyond(closedAt: Int64, now: Int64) -> Bool { closedAt > now.clampedSum(closingHorizon) }

    /// - Parameter now: the reader's clock, milliseconds since 1970: a request closed in its future counts as closed now, else its id would
    ///   be remembered until then; nil: not judged.
    /// - Throws: for a record that no worker of this format wrote: guessing would break the guarantees.
    package func finished(beginning: Int64, now: Int64? = nil) throws(LedgerDamage) -> RestoredLedger {
        if let first = damage.values.min(by: { $0.offset < $1.offset }) { throw LedgerDamage(error: first.error, offset: first.offset) }
        var ledger = RestoredLedger()
        ledger.recorded = recorded
        ledger.recordedAt = recordedAt
        ledger.highestOffset = highestOffset
        ledger.beginning = beginning
        ledger.recordCount = recordCount
        ledger.closed = ClosedIndex(capacity: last.values.count { if case .closed = $0 { true } else { false } })
        for (hash, state) in last {
            switch state {
            case .closed(let time, let offset):
                if let now, Self.isBeyond(closedAt: time, now: now) { throw LedgerDamage(error: .malformed, offset: offset) }
                let at = min(time, now ?? time)
                ledger.closed.insert(hash, closedAt: at)
                if let alias = aliases[hash] { ledger.aliases.insert(alias, closedAt: at) }
            case .open(let value, let offset):
                if let alias = aliases[hash] { ledger.aliases.insert(alias, closedAt: .max) }
                let entry = try decodeOpen(value, offset)
                if entry.state == .tracking {
                    ledger.tracked.append(RestoredLedger.Tracked(hash: hash, value: value, base: entry.trackingBase))
                } else {
                    ledger.active.append(entry)
                }
            }
        }
        ledger.active.sort { $0.offset < $1.offset }
        return ledger
    }

    private func decodeOpen(_ value: [UInt8], _ offset: Int64) throws(LedgerDamage) -> LedgerEntry {
        let decoded: Result<LedgerCodec.Value, LedgerError> = value.withUnsafeBytes { bytes in
            do throws(LedgerError) { return .success(try LedgerCodec.decode(bytes)) } catch { return .failure(error) }
        }
        switch decoded {
        case .success(.open(let entry)): return entry
        case .success(.closed): throw LedgerDamage(error: .malformed, offset: offset)
        case .failure(let error): throw LedgerDamage(error: error, offset: offset)
        }
    }
}
