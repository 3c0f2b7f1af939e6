package import Requests

/// The topic of receipts as the pipeline reads it: one partition, read by every replica whole, without a group. It is of the process, not of
/// a session on Kafka's side: it lives through whatever is rebuilt there.
///
/// Lives on the loop; every call answers later, on the loop, through `receive`.
package protocol ReceiptLog: AnyObject {
    var receive: (ReceiptLogEvent) -> Void { get set }
    /// Begins where the log ends now. Tried again by itself until that is known.
    func start()
    /// No `read` comes while it holds; what was read already may come once more.
    var isPaused: Bool { get set }
    /// Looks for receipts of before. Answered by `found`, once.
    func search(_ search: ReceiptSearch, tag: UInt64)
    /// Where does the log end now? Answered by `end`, once.
    func askEnd(tag: UInt64)
    /// Nothing is told any more.
    func close()
}

/// Receipts of some ids, in a range of numbers.
package struct ReceiptSearch: Equatable, Sendable {
    /// In the form in which ids are compared.
    package let ids: Set<RequestHash>
    /// Where nothing stands there that was written when this says, the log is another one: it is searched from its beginning.
    package let from: ReceiptPosition
    /// What else those who ask know of the log, none below `from`: the same holds of it.
    package let known: [ReceiptPosition]
    /// The number behind the last one.
    package let end: Int64

    package init(ids: Set<RequestHash>, from: ReceiptPosition, known: [ReceiptPosition] = [], end: Int64) {
        self.ids = ids
        self.from = from
        self.known = known
        self.end = end
    }
}

package enum ReceiptLogEvent: Sendable {
    /// Where the log ended: reading has begun there.
    case started(ReceiptPosition)
    /// In the order of their numbers; `next` is behind the last record that was read, be it a receipt or not.
    case read([Receipt], next: ReceiptPosition)
    case found(tag: UInt64, Result<ReceiptFindings, BrokerError>)
    /// The number behind the last record; nil: it could not be asked.
    case end(tag: UInt64, Int64?)
    /// It goes on by itself.
    case failed(BrokerError)
    /// The log is not the one that was read: it was made anew, or cut. It is read on from `next`, and what stood between is gone.
    case broken(next: ReceiptPosition, lost: Int64)
}

package struct ReceiptFindings: Equatable, Sendable {
    /// In the order of their numbers.
    package let receipts: [Receipt]
    /// Records of the range that retention has taken.
    package let lost: Int64
    /// Records that were read.
    package let readCount: Int
    /// One of the positions that were known is none of this log's.
    package let isAnotherLog: Bool
    /// LogAppendTime of the first record that is there, milliseconds since 1970; -1: there is none.
    package let beganAt: Int64

    package init(receipts: [Receipt], lost: Int64, readCount: Int, isAnotherLog: Bool, beganAt: Int64) {
        self.receipts = receipts
        self.lost = lost
        self.readCount = readCount
        self.isAnotherLog = isAnotherLog
        self.beganAt = beganAt
    }
}
