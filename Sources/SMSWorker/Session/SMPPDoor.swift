internal import Requests
internal import SMPP
internal import SMSPipeline

/// Whether parts can be submitted, by what the links and the writer of receipts have said last: each bind is there, and receipts are kept.
struct SMPPDoor {
    /// False: receipts would not be kept, so nothing is submitted.
    var canKeepReceipts = true
    private(set) var isLeaving = false
    private let kinds: [Bind.Kind]
    /// Why a bind is not there: there was none yet, or what ended the last one.
    private var missing: [Bind.Kind: DoorState]

    init(_ kinds: [Bind.Kind]) {
        self.kinds = kinds
        missing = Dictionary(uniqueKeysWithValues: kinds.map { ($0, .shut("it is not bound yet")) })
    }

    var state: DoorState {
        if isLeaving { return .shut("the worker is leaving") }
        if !canKeepReceipts { return .shut("receipts cannot be written to Kafka") }
        let reasons = kinds.compactMap { missing[$0] }
        // What an operator can do something about goes before what passes.
        return reasons.first { if case .badCredentials = $0 { true } else { false } } ?? reasons.first { $0 == .tooManyBinds } ?? reasons
            .first
            ?? .open
    }

    mutating func bound(_ kind: Bind.Kind) { missing[kind] = nil }

    /// A bound session takes no parts any more, or gives none of what it is for.
    ///
    /// - Parameter reason: harmless words.
    mutating func ends(_ kind: Bind.Kind, _ reason: String) { if missing[kind] == nil { missing[kind] = .shut(reason) } }

    /// There is no session, and the next one takes a while.
    mutating func waits(_ kind: Bind.Kind, _ why: LinkEvent.Failure) {
        missing[kind] =
            switch why {
            case .refused(.credentials, let status): .badCredentials(code: status.code)
            case .refused(.tooManyBinds, _): .tooManyBinds
            case .refused(.other, _), .connect, .ended: .shut(why.description)
            }
    }

    /// Whether the account is bound too often for this bind, as far as is known.
    func isOneTooMany(_ kind: Bind.Kind) -> Bool { missing[kind] == .tooManyBinds }

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
