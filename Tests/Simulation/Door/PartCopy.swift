import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// One copy of a part that the centre has taken, and what the topic of receipts says of it.
final class PartCopy {
    /// Of the request.
    let number: Int
    let part: Int
    /// Empty: the centre gave none.
    let id: String
    let address: UInt16
    /// Receipts of it that are not answered yet, or not made yet.
    var outstanding = 0
    /// Another part has its id by now: what is still on its way of it is lost.
    var isRetired = false
    /// In the topic, in its order; and in which of the topics, where it was made anew.
    private(set) var told: [(status: MessageStatus, timestamp: Int64, number: Int64, incarnation: Int)] = []
    private(set) var lastNumber: Int64 = -1

    init(number: Int, part: Int, id: String, address: UInt16) {
        self.number = number
        self.part = part
        self.id = id
        self.address = address
    }

    func wasTold(_ status: MessageStatus, _ timestamp: Int64, _ number: Int64, _ incarnation: Int) {
        told.append((status, timestamp, number, incarnation))
        lastNumber = number
    }

    /// The first final word on it.
    var fate: (status: MessageStatus, timestamp: Int64)? { told.first { $0.status.isFinal }.map { ($0.status, $0.timestamp) } }

    /// The first that is still in the topic.
    func fate(in topic: ReceiptTopic) -> (status: MessageStatus, timestamp: Int64)? {
        told.first { $0.status.isFinal && $0.incarnation == topic.incarnation && $0.number >= topic.low }.map { ($0.status, $0.timestamp) }
    }

    /// What all that was told comes to.
    var status: MessageStatus {
        told.reduce(.sent) { known, next in known.isFinal || next.status <= known ? known : next.status }
    }
}

/// One receipt on its way: the centre gives it to one bind after another until one has answered.
final class ReceiptPush {
    let copy: PartCopy
    let status: MessageStatus
    var isAnswered = false
    /// In the topic, once at least.
    var isWritten = false

    init(_ copy: PartCopy, _ status: MessageStatus) {
        self.copy = copy
        self.status = status
    }
}
