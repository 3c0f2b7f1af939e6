internal import Requests

/// The order in which a partition is restored, as data: whoever asks Kafka performs one call at a time and gives its answer back.
///
/// 1. The group's committed offset, stable: it waits out a predecessor that has already sent its offsets. 2. Only then the end of the
/// ledger above open transactions: offsets may be accepted while their records are still on the way. 3. The ledger, up to that end.
/// 4. Where the requests' log begins and ends.
package struct RestoreSteps {
    package enum Call: Equatable, Sendable {
        case committedOffset
        /// Both ends of the ledger, the high one above open transactions.
        case ledgerEnds
        case readLedger(from: Int64, through: Int64)
        /// Both ends of the requests' partition.
        case requestEnds
    }

    private var committed: Int64?
    private var ledgerLow: Int64 = 0
    private var ledgerEnd: Int64 = 0
    private var fold = LedgerFold()
    private var restored: RestoredLedger?
    /// What is to be asked now.
    package private(set) var call = Call.committedOffset

    package init() {}

    package mutating func committedOffset(_ offset: Int64?) {
        committed = offset
        call = .ledgerEnds
    }

    package mutating func ledgerEnds(low: Int64, high: Int64) {
        ledgerLow = low
        ledgerEnd = high
        call = .readLedger(from: low, through: high)
    }

    package mutating func record(offset: Int64, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) throws(RestoreError) {
        do throws(LedgerError) { try fold.add(key: key, value: value, at: offset) } catch { throw .ledger(error, offset: offset) }
    }

    /// - Parameter wall: the reader's clock, milliseconds since 1970: what was closed in its future counts as closed now.
    package mutating func hasReadLedger(at wall: Int64) throws(RestoreError) {
        do throws(LedgerDamage) { restored = try fold.finished(beginning: ledgerLow, now: wall) } catch {
            throw .ledger(error.error, offset: error.offset)
        }
        call = .requestEnds
    }

    package func finished(low: Int64, high: Int64, in duration: Duration) -> PartitionRestore {
        guard let restored else { preconditionFailure("a restore ends behind its last step") }
        return PartitionRestore(ledger: restored, committed: committed, ledgerEnd: ledgerEnd, low: low, high: high, duration: duration)
    }
}
