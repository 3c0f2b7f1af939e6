/// Closed ids to be removed: from where on, and up to which closing time.
package struct SweepRequest: Sendable {
    package let ledger: String
    package let partition: Int32
    package let from: Int64
    package let closedBefore: Int64
    /// So many of the oldest go whatever their time.
    package let surplus: Int
    package let limit: Int
}
