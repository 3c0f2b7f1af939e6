internal import Requests

/// What a question for the balance told about the account.
package enum BalanceAnswer: Equatable, Sendable {
    /// The credentials are good, and so many SMS parts can still be paid for; 0 also where a code says that nothing is left.
    case credits(Int64)
    /// An account code (`WRONG_AUTH`).
    case badCredentials
    /// No valid answer: nothing is known.
    case failed

    /// Whether a message of so many parts could be paid for: its refusal then is the message's own.
    package func covers(parts: Int) -> Bool { if case .credits(let left) = self { left >= parts } else { false } }
}
