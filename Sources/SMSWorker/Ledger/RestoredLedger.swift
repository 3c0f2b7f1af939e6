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
    /// Highest offset + 1 of every entry behind the empty key's last record, closed ones too.
    var highestOffset: Int64 = 0
    /// Where the ledger begins: a sweep of closed ids starts here.
    var beginning: Int64 = 0
    var recordCount = 0

    /// How far the request partition has been read for certain.
    var recordedOffset: Int64 { max(recorded?.offset ?? 0, highestOffset) }
    var isUsed: Bool { recorded != nil || highestOffset > 0 }
}
