internal import Requests

/// What a question for the account's senders told.
package enum SendersAnswer: Equatable, Sendable {
    /// Names that are checked and registered, UTF-8.
    case usable([[UInt8]])
    /// No valid answer, in harmless words.
    case failed(reason: String)
}
