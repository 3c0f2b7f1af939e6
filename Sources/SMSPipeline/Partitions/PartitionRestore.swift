package import Requests

/// What a restore of one partition found: its ledger, and where the group and the log of its requests stand.
package struct PartitionRestore: Sendable {
    package let ledger: RestoredLedger
    package let committed: Int64?
    /// Where the ledger ended, open transactions in it too, when that was asked; it may have been read beyond.
    package let ledgerEnd: Int64
    package let low: Int64
    package let high: Int64
    package let duration: Duration
}

/// A look at a partition that is not read.
package struct PartitionLook: Equatable, Sendable {
    package let state: ClosedBy
    /// Where its request log begins.
    package let low: Int64

    package init(committed: Int64?, ledgerEnd: Int64, low: Int64) {
        state = ClosedBy(committed: committed, ledgerEnd: ledgerEnd)
        self.low = low
    }
}

/// By what a partition stays closed. A repair changes one of the two: it may commit the very offset that was committed, but it writes to the
/// ledger too, as nobody else does while the partition is closed.
package struct ClosedBy: Equatable, Sendable {
    package let committed: Int64?
    package let ledgerEnd: Int64

    package init(committed: Int64?, ledgerEnd: Int64) {
        self.committed = committed
        self.ledgerEnd = ledgerEnd
    }
}
