/// What one ledger partition holds, read up to an uncommitted watermark: plain values, made on the restorer's thread.
struct RestoredLedger: Sendable {
    struct Tracked: Sendable {
        let hash: RequestHash
        let value: [UInt8]
        let base: Int64
    }

    struct ClosedID: Sendable {
        let hash: RequestHash
        let closedAt: Int64
    }

    /// `waiting`, `sending` and `held`, in log order of their requests.
    var active: [LedgerEntry] = []
    var tracked: [Tracked] = []
    var closed: [ClosedID] = []
    /// Under the empty key; nil where no transaction has written one.
    var recorded: LedgerCodec.Recorded?
    /// Highest offset + 1 of every entry, closed ones too.
    var highestOffset: Int64 = 0
    /// Where the ledger begins: a sweep of closed ids starts here.
    var beginning: Int64 = 0
    var recordCount = 0

    /// How far the request partition has been read for certain (DESIGN, "Assignment", 4).
    var recordedOffset: Int64 { max(recorded?.offset ?? 0, highestOffset) }
    var isUsed: Bool { recorded != nil || highestOffset > 0 }
}

/// What a partition is to do after its restore: a pure decision.
enum RestoreDecision: Equatable, Sendable {
    /// Read on from this offset.
    case open(at: Int64)
    /// Not to be read; the sentence says why, and what the operator can do.
    case closed(String)

    /// - Parameters:
    ///   - committed: the group's committed offset; nil: none.
    ///   - low, high: the request partition's watermarks.
    static func decide(group: String, committed: Int64?, low: Int64, high: Int64, ledger: RestoredLedger) -> RestoreDecision {
        if let recorded = ledger.recorded, recorded.group != group {
            return .closed("its ledger belongs to the group \(recorded.group): two groups cannot share a ledger")
        }
        let repair = "choose with `rocketsms-worker offsets repair --from ledger|earliest|latest`"
        guard let committed else {
            if ledger.isUsed {
                return .closed("the group has no committed offset, but the ledger has been used up to offset \(ledger.recordedOffset): \(repair)")
            }
            return .open(at: low)
        }
        if committed < ledger.recordedOffset {
            return .closed(
                "the committed offset \(committed) lies below \(ledger.recordedOffset), up to which the ledger was used: \(repair)")
        }
        if committed < low || committed > high {
            return .closed("the committed offset \(committed) lies outside the log, \(low) to \(high): \(repair)")
        }
        return .open(at: committed)
    }
}
