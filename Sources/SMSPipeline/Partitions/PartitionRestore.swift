package import Requests

/// What a restore of one partition found: its ledger, and where the group and the log of its requests stand.
package struct PartitionRestore: Sendable {
    package let ledger: RestoredLedger
    package let committed: Int64?
    package let low: Int64
    package let high: Int64
    package let duration: Duration
}
