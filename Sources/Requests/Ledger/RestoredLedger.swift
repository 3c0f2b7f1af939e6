/// What one ledger partition holds, read up to an uncommitted watermark: plain values, made on the restorer's thread.
package struct RestoredLedger: Sendable {
    package struct Tracked: Sendable {
        package let hash: RequestHash
        package let value: [UInt8]
        package let base: Int64
    }

    package struct ClosedID: Sendable {
        package let hash: RequestHash
        package let closedAt: Int64
    }

    /// `waiting`, `sending` and `held`, in log order of their requests.
    package var active: [LedgerEntry] = []
    package var tracked: [Tracked] = []
    package var closed: [ClosedID] = []
    /// `LedgerEntry.alias` of the closed and of the open ones that have one.
    package var closedAliases: [ClosedID] = []
    package var openAliases: [RequestHash] = []
    /// Under the empty key; nil where no transaction has written one.
    package var recorded: LedgerCodec.Recorded?
    /// Of that record, in the ledger's partition.
    package var recordedAt: Int64?
    /// Highest offset + 1 of every entry behind the empty key's last record, closed ones too.
    package var highestOffset: Int64 = 0
    /// Where the ledger begins: a sweep of closed ids starts here.
    package var beginning: Int64 = 0
    package var recordCount = 0

    /// How far the request partition has been read for certain.
    package var recordedOffset: Int64 { max(recorded?.offset ?? 0, highestOffset) }
    package var isUsed: Bool { recorded != nil || highestOffset > 0 }
}
