/// What a restore of one partition found: its ledger, and where the group and the log of its requests stand.
struct PartitionRestore: Sendable {
    let ledger: RestoredLedger
    let committed: Int64?
    let low: Int64
    let high: Int64
    let duration: Duration
}
