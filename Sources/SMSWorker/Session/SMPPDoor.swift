internal import Requests
internal import SMPP
internal import SMSPipeline

/// Whether parts can be submitted, by what the link and the writer of receipts have said last.
struct SMPPDoor {
    /// False: receipts would not be kept, so nothing is submitted.
    var canKeepReceipts = true
    private(set) var isBound = false
    private(set) var isLeaving = false
    /// Of before the first bind, or since the last one.
    private var unbound = DoorState.shut("it is not bound yet")

    var state: DoorState {
        if isLeaving { return .shut("the worker is leaving") }
        if !canKeepReceipts { return .shut("receipts cannot be written to Kafka") }
        return isBound ? .open : unbound
    }

    mutating func bound() { isBound = true }

    /// A bound session takes no parts any more.
    ///
    /// - Parameter reason: harmless words.
    mutating func ends(_ reason: String) {
        guard isBound else { return }
        isBound = false
        unbound = .shut(reason)
    }

    /// There is no session, and the next one takes a while.
    mutating func waits(_ why: LinkEvent.Failure) {
        isBound = false
        unbound =
            switch why {
            case .refused(.credentials, let status): .badCredentials(code: status.code)
            case .refused(.tooManyBinds, _): .tooManyBinds
            case .refused(.other, _), .connect, .ended: .shut(why.description)
            }
    }

    mutating func leave() { isLeaving = true }
}

extension CommandStatus {
    /// As events, logs and metrics name it: `SMPP_0x0B`.
    var code: String { "SMPP_0x" + (rawValue < 16 ? "0" : "") + String(rawValue, radix: 16, uppercase: true) }
}

extension PartOutcome {
    /// What an answer means for its part.
    init(_ answer: PartAnswer) {
        switch answer.verdict {
        case .accepted: self = .accepted(id: answer.id ?? "", status: .sent)
        case .notSent: self = .notSent(reason: "the message centre answered \(answer.status)")
        case .unknown: self = .unknown(reason: "the message centre answered \(answer.status)")
        case .refused: self = .refused(code: answer.status.code)
        }
    }
}
