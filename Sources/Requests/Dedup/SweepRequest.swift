/// Closed ids to be removed: from where on, and up to which closing time.
package struct SweepRequest: Sendable {
    package let ledger: String
    package let partition: Int32
    package let from: Int64
    package let closedBefore: Int64
    /// So many of the oldest go whatever their time.
    package let surplus: Int
    package let limit: Int
    /// The worker's clock. Milliseconds since 1970, as all these times.
    package let now: Int64

    package init(ledger: String, partition: Int32, from: Int64, closedBefore: Int64, surplus: Int, limit: Int, now: Int64) {
        self.ledger = ledger
        self.partition = partition
        self.from = from
        self.closedBefore = closedBefore
        self.surplus = surplus
        self.limit = limit
        self.now = now
    }
}
