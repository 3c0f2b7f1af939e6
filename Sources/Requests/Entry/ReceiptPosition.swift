/// How far the log of receipts is meant: the number of the next one, and when the one before it was written. A log that was made anew counts
/// from 0 again: the time tells.
package struct ReceiptPosition: Equatable, Sendable {
    package let next: Int64
    /// LogAppendTime of the record before `next`, milliseconds since 1970; -1 where there is none, or nobody knows.
    package let timestamp: Int64

    package init(next: Int64, timestamp: Int64) {
        self.next = next
        self.timestamp = timestamp
    }
}

/// Somebody waits for receipts from a position on.
package struct ReceiptHold: Equatable, Sendable {
    /// Grows from hold to hold, whatever becomes of the log.
    package let token: Int64
    package let position: ReceiptPosition

    package init(token: Int64, position: ReceiptPosition) {
        self.token = token
        self.position = position
    }
}
