/// What became of one part in an attempt, by what can have happened. All but the first end the attempt: no further part begins.
package enum PartOutcome: Equatable, Sendable {
    /// The centre has it. The status is what receipts said of it by then; SENT where none did.
    case accepted(id: String, status: MessageStatus)
    /// For good, by its command_status.
    case refused(code: String)
    /// The centre, or the account there, takes nothing at present: no failure of the message.
    case account
    /// Provably not taken.
    case notSent(reason: String)
    /// It may have it.
    case unknown(reason: String)

    /// As if a message of one part had ended so.
    package var gist: AttemptOutcome {
        switch self {
        case .accepted(let id, let status):
            .accepted(Acceptance(messageIDs: id.isEmpty ? [] : [id], status: .known(status), cost: nil))
        case .refused(let code): .refused(code: code)
        case .account: .account(.credentials, code: "BIND_REFUSED")
        case .notSent(let reason): .notSent(reason: reason, retryAfter: nil, isAnswer: false)
        case .unknown(let reason): .unknown(reason: reason)
        }
    }
}
