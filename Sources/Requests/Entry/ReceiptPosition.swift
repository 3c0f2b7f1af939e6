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
