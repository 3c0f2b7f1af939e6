package import Requests

/// What a poll ended in.
package enum PollOutcome: Equatable, Sendable {
    case status(ReceivedStatus)
    /// `WRONG_ID`: the provider does not know this message.
    case unknownID
    case account(AccountProblem, code: String)
    /// The provider answered, with another error code.
    case refused(code: String)
    case failed(reason: String, retryAfter: Duration?)
}
