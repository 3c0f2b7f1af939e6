internal import Requests

/// What a question for the balance told about the account.
package enum BalanceAnswer: Equatable, Sendable {
    /// The credentials are good and credits are left.
    case credits
    /// The credentials are good and nothing is left.
    case noCredits
    /// An account code (`WRONG_AUTH`).
    case badCredentials
    /// No valid answer: nothing is known.
    case failed
}
