/// What a process knows of receipts, as numbers.
package struct ReceiptFigures: Equatable, Sendable {
    /// Behind the last one that was read.
    package let next: Int64
    /// All below it are applied to every open partition; nil: none is open.
    package let applied: Int64?
    package let kept: Int
    /// Since the start: kept ones whose part had its id then.
    package let claimed: Int
    /// Since the start: the id fits a part, and neither address does.
    package let mismatches: Int
}
