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
    private var nextQuestionAt: MonotonicInstant
    private var failures = 0
    private var isUnderWay = false

    /// From an answer to the next question.
    package static let interval = Duration.seconds(600)
    /// From a first failure to the next question; doubles up to `interval`.
    package static let firstRetry = Duration.seconds(10)

    package init(_ policy: Policy, at now: MonotonicInstant) {
        self.policy = policy
        nextQuestionAt = now
    }

    /// - Returns: whether to ask for the list now; the answer goes to `answered`.
    package mutating func isDue(at now: MonotonicInstant) -> Bool {
        guard policy != .allow, !isUnderWay, now >= nextQuestionAt else { return false }
        isUnderWay = true
        return true
    }

    package mutating func answered(_ answer: SendersAnswer, at now: MonotonicInstant) {
        isUnderWay = false
        switch answer {
        case .usable(let usable):
            names = Set(usable)
            failures = 0
            nextQuestionAt = now + Self.interval
        case .failed:
            failures = min(failures + 1, 8)
            nextQuestionAt = now + min(Self.interval, Self.firstRetry * (1 << (failures - 1)))
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
