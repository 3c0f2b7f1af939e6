internal import Requests

/// How far the log of receipts is read, and what a record or an end at some number means by that. Numbers have no gaps here: one is answered
/// by going back, and believed where it is there again.
struct TailCourse {
    enum Step: Equatable {
        case take
        /// It was read before.
        case skip
        /// Read again from `next`.
        case goBack
        /// So many records are gone.
        case lost(Int64)
        /// The log ends before where it was read to.
        case restart
    }

    /// The number of the next record.
    private(set) var next: Int64
    /// Of the record before it; -1: none, or not known.
    private(set) var timestamp: Int64
    /// Where a gap was seen that has been gone back for.
    private var doubted: Int64?

    init(next: Int64, timestamp: Int64) {
        self.next = next
        self.timestamp = timestamp
    }

    var position: ReceiptPosition { ReceiptPosition(next: next, timestamp: timestamp) }

    mutating func meet(record number: Int64, timestamp: Int64) -> Step {
        if number < next { return .skip }
        let step = number == next ? Step.take : doubt(number)
        guard step != .goBack else { return step }
        next = number + 1
        self.timestamp = timestamp
        return step
    }

    /// Everything below `number` was given out.
    mutating func meet(end number: Int64) -> Step {
        if number == next { return .skip }
        if number < next { return .restart }
        let step = doubt(number)
        guard step != .goBack else { return step }
        next = number
        timestamp = -1
        return step
    }

    private mutating func doubt(_ number: Int64) -> Step {
        guard doubted == next else {
            doubted = next
            return .goBack
        }
        return .lost(number - next)
    }
}
