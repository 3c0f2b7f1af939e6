package import Requests
package import Time

/// An accepted message whose final status is not known yet. A million of these must fit: two words of bookkeeping, and the bytes of its
/// ledger value, from which every event and every further ledger record of it is made.
package struct TrackedMessage {
    package let assignment: Assignment
    package let hash: RequestHash
    /// The ledger value as `LedgerCodec` writes it.
    package var value: [UInt8]
    /// When its age began to count: the later of acceptance and `sendAt`.
    package let base: MonotonicInstant
    /// `WRONG_ID` answers in a row; five end it.
    package var unknownIDs: UInt8 = 0

    package init(assignment: Assignment, hash: RequestHash, value: [UInt8], base: MonotonicInstant, unknownIDs: UInt8 = 0) {
        self.assignment = assignment
        self.hash = hash
        self.value = value
        self.base = base
        self.unknownIDs = unknownIDs
    }
}
