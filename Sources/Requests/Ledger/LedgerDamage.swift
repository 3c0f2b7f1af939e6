/// A ledger that cannot be read as a whole.
package struct LedgerDamage: Error, Equatable, Sendable {
    package let error: LedgerError
    /// Of the record, in the ledger's partition.
    package let offset: Int64
}
