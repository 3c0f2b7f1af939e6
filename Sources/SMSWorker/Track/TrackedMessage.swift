internal import EventLoop

/// An accepted message whose final status is not known yet. A million of these must fit: two words of bookkeeping, and the bytes of its
/// ledger value, from which every event and every further ledger record of it is made.
struct TrackedMessage {
    let assignment: Assignment
    let hash: RequestHash
    /// The ledger value as `LedgerCodec` writes it.
    var value: [UInt8]
    /// When its age began to count: the later of acceptance and `sendAt`.
    let base: MonotonicInstant
    /// `WRONG_ID` answers in a row; five end it.
    var unknownIDs: UInt8 = 0
}
