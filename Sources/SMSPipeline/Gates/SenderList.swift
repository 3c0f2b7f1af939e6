internal import Requests
package import Time

/// What a sender must be for the provider to send under it: on the account's list, checked and registered. The provider does not refuse
/// others: it sends from another name.
///
/// The list is asked for at start and every ten minutes, beside everything else; until it has been had once, and while it cannot be had
/// anew, no message is stopped for it: the last one that came counts.
package struct SenderList: Sendable {
    /// `ROCKETSMS_SENDER_POLICY`.
    package enum Policy: String, CaseIterable, Sendable {
        case allow, warn, reject
    }

    package enum Verdict: Equatable, Sendable {
        case fine
        case warn
        case reject
    }

    private let policy: Policy
    /// UTF-8; nil: never had.
    private var names: Set<[UInt8]>?
    private var question: AccountListQuestion

    package init(_ policy: Policy, at now: MonotonicInstant) {
        self.policy = policy
        question = AccountListQuestion(at: now)
    }

    /// - Returns: whether to ask for the list now; the answer goes to `answered`.
    package mutating func isDue(at now: MonotonicInstant) -> Bool {
        policy != .allow && question.isDue(at: now)
    }

    package mutating func answered(_ answer: SendersAnswer, at now: MonotonicInstant) {
        if case .usable(let usable) = answer {
            names = Set(usable)
            question.answered(isKnown: true, at: now)
        } else {
            question.answered(isKnown: false, at: now)
        }
    }

    /// - Parameter sender: as the request has it; nil, the account's own main name, always may.
    package func verdict(_ sender: [UInt8]?) -> Verdict {
        guard let sender, let names, !names.contains(sender) else { return .fine }
        switch policy {
        case .allow: return .fine
        case .warn: return .warn
        case .reject: return .reject
        }
    }
}
