/// What one ledger partition holds, read up to an uncommitted watermark: plain values, made on the restorer's thread.
package struct RestoredLedger: Sendable {
    package struct Tracked: Sendable {
        package let hash: RequestHash
        package let value: [UInt8]
        package let base: Int64
    }

    /// `waiting`, `sending` and `held`, in log order of their requests.
    package var active: [LedgerEntry] = []
    package var tracked: [Tracked] = []
    /// As they are looked up later: a million of them, put in one by one, would stop the loop for most of a second. Those whose window is
    /// over are among them, until a sweep has seen them.
    package var closed = ClosedIndex()
    /// `LedgerEntry.alias` of those that have one; of an open one as if it closed at the end of time.
    package var aliases = ClosedIndex()
    /// Under the empty key; nil where no transaction has written one.
    package var recorded: LedgerCodec.Recorded?
    /// Of that record, in the ledger's partition.
    package var recordedAt: Int64?
    /// Highest offset + 1 of every entry behind the empty key's last record, closed ones too.
    package var highestOffset: Int64 = 0
    /// Where the ledger begins: a sweep of closed ids starts here.
    package var beginning: Int64 = 0
    package var recordCount = 0

    /// Open entries that go out, or went out, in parts.
    package func visitSubmissions(_ body: (LedgerEntry, Submission) -> Void) {
        for entry in active { if let submission = entry.submission { body(entry, submission) } }
        for message in tracked where LedgerCodec.isInParts(message.value) {
            guard case .open(let entry)? = message.value.withUnsafeBytes({ try? LedgerCodec.decode($0) }), let submission = entry.submission
            else { continue }
            body(entry, submission)
        }
    }

    /// How far the request partition has been read for certain.
    package var recordedOffset: Int64 { max(recorded?.offset ?? 0, highestOffset) }
    package var isUsed: Bool { recorded != nil || highestOffset > 0 }
}
