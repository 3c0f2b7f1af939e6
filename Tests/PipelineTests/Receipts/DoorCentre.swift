import TestSupport

@testable import Requests
@testable import SMSPipeline

/// A message centre that knows what it has: each copy of a part that it took, and what its receipts will say of it.
struct DoorCentre {
    struct Copy {
        let request: String
        let part: Int
        let id: String
        let statuses: [MessageStatus]
        /// Receipts of it that are on their way, by their places in `statuses`; some twice.
        var pending: [Int]
    }

    private(set) var copies: [Copy] = []
    private(set) var isUnloaded = false

    mutating func take(_ request: String, part: Int, fails: Bool, using random: inout SeededGenerator) -> String {
        let id = "\(copies.count + 1)"
        var statuses: [MessageStatus] = random.oneIn(2) ? [.sent] : []
        statuses.append(fails ? .failed : .delivered)
        // What a relay says behind the last word changes nothing.
        if random.oneIn(8) { statuses.append(fails ? .delivered : .failed) }
        var pending = Array(statuses.indices)
        if random.oneIn(4) { pending.append(random.below(statuses.count)) }
        copies.append(Copy(request: request, part: part, id: id, statuses: statuses, pending: pending))
        return id
    }

    /// The next receipt, of whichever copy; of one copy they come in their order, repeats behind them.
    mutating func nextReceipt(using random: inout SeededGenerator) -> (id: String, status: MessageStatus)? {
        let waiting = copies.indices.filter { !copies[$0].pending.isEmpty }
        guard !waiting.isEmpty else { return nil }
        let index = waiting[random.below(waiting.count)]
        let place = copies[index].pending.removeFirst()
        return (copies[index].id, copies[index].statuses[place])
    }

    func copies(of request: String, part: Int) -> [Copy] { copies.filter { $0.request == request && $0.part == part } }

    /// The first final word on a copy.
    func fate(_ id: String) -> MessageStatus? { copies.first { $0.id == id }?.statuses.first { $0.isFinal } }
}

/// The provider's side of a process: parts are kept until the stage answers them.
final class DoorGateway: ProviderGateway, PartGateway {
    struct Offer {
        let tag: UInt64
        let part: Int
        let request: String
        let reference: UInt16
    }

    var mayBegin: (UInt64) -> Bool = { _ in false }
    var receive: (GatewayEvent) -> Void = { _ in }
    let mustPoll = false
    var parts: (any PartGateway)? { self }
    var offered: [Offer] = []
    /// By which it is bound.
    var account: UInt32 = 1

    func submit(_ message: Message, sendAt: Int64?, isPriority: Bool, trace: [UInt8]?, tag: UInt64) {
        preconditionFailure("nothing goes whole")
    }
    func poll(messageID: String, tag: UInt64) { preconditionFailure("nobody is asked") }
    private(set) var balanceQuestions = 0
    func askBalance() { balanceQuestions += 1 }
    func askSenders() {}
    func askTemplates() {}
    func close() {}

    /// The text says how many parts it takes, and whose it is: `3 r7`.
    func plan(_ message: Message, offset: Int64) -> PartPlanning {
        let words = String(decoding: message.text, as: UTF8.self).split(separator: " ")
        guard let count = Int(words[0]), count > 0 else { return .impossible("a text of no parts") }
        return .parts(
            SubmissionPlan(
                account: account, address: 7,
                format: Requests.Submission.Format(
                    isUCS2: false, dataCoding: 0, concatenation: .udh, reference: UInt16(truncatingIfNeeded: offset)),
                count: count))
    }

    func receiptID(_ id: String) -> RequestHash { RequestHash(id: Array(id.utf8)) }

    func submit(part: Int, of submission: Requests.Submission, _ message: Message, expiresAt: Int64?, isPriority: Bool, tag: UInt64) {
        let request = String(String(decoding: message.text, as: UTF8.self).split(separator: " ")[1])
        offered.append(Offer(tag: tag, part: part, request: request, reference: submission.format.reference))
    }
}

/// The log of receipts as one process reads it; the topic is the stage's.
final class DoorLog: ReceiptLog {
    var receive: (ReceiptLogEvent) -> Void = { _ in }
    var isPaused = false
    var searches: [(search: ReceiptSearch, tag: UInt64)] = []
    var questions: [UInt64] = []

    func start() {}
    func search(_ search: ReceiptSearch, tag: UInt64) { searches.append((search, tag)) }
    func askEnd(tag: UInt64) { questions.append(tag) }
    func close() {}
}
