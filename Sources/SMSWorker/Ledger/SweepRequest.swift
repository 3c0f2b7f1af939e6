/// Closed ids to be removed: from where on, and up to which closing time.
struct SweepRequest: Sendable {
    let ledger: String
    let partition: Int32
    let from: Int64
    let closedBefore: Int64
    /// So many of the oldest go whatever their time.
    let surplus: Int
    let limit: Int
}
