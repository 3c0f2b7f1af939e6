/// Folds the records of a ledger partition, in log order, into what they leave behind: the last one of each key counts.
///
/// A pure value; the restorer feeds it on its thread, the sweep and the CLI use it too.
package struct LedgerFold {
    /// What the log says of one id so far.
    private enum Last {
        case open([UInt8])
        case closed(at: Int64)
    }

    private var last: [RequestHash: Last] = [:]
    /// Of the timeless ids among them.
    private var aliases: [RequestHash: RequestHash] = [:]
    package private(set) var recorded: LedgerCodec.Recorded?
    /// Of the entries behind the last record of the empty key: that one covers all before it, and where an operator's repair set it lower,
    /// they must not raise it again.
    package private(set) var highestOffset: Int64 = 0
    package private(set) var recordCount = 0

    package init() {}

    /// - Throws: `LedgerError` for a record that no worker of this format wrote: guessing would break the guarantees.
    package mutating func add(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) throws(LedgerError) {
        recordCount += 1
        guard let key else { throw .malformed }
        if key.isEmpty {
            if let value {
                recorded = try LedgerCodec.decodeRecorded(value)
                highestOffset = 0
            }
            return
        }
        let hash = RequestHash(id: key)
        guard let value else {
            // A tombstone: only closed ids get one.
            last[hash] = nil
            aliases[hash] = nil
            return
        }
        let head = try LedgerCodec.head(value)
        highestOffset = max(highestOffset, head.offset + 1)
        aliases[hash] = head.hasTimelessID ? RequestHash(timelessID: key, timestamp: head.timestamp) : nil
        last[hash] = head.closedAt.map { .closed(at: $0) } ?? .open([UInt8](value))
    }

    /// - Throws: `LedgerError` where an open entry cannot be read.
    package func finished(beginning: Int64) throws(LedgerError) -> RestoredLedger {
        var ledger = RestoredLedger()
        ledger.recorded = recorded
        ledger.highestOffset = highestOffset
        ledger.beginning = beginning
        ledger.recordCount = recordCount
        for (hash, state) in last {
            switch state {
            case .closed(let at):
                ledger.closed.append(RestoredLedger.ClosedID(hash: hash, closedAt: at))
                if let alias = aliases[hash] { ledger.closedAliases.append(RestoredLedger.ClosedID(hash: alias, closedAt: at)) }
            case .open(let value):
                if let alias = aliases[hash] { ledger.openAliases.append(alias) }
                let entry = try decodeOpen(value)
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

    private func decodeOpen(_ value: [UInt8]) throws(LedgerError) -> LedgerEntry {
        let decoded: Result<LedgerCodec.Value, LedgerError> = value.withUnsafeBytes { bytes in
            do throws(LedgerError) { return .success(try LedgerCodec.decode(bytes)) } catch { return .failure(error) }
        }
        guard case .open(let entry) = try decoded.get() else { throw .malformed }
        return entry
    }
}
