/// What an attempt to send ended in, by what can have happened.
public enum SendOutcome: Equatable, Sendable {
    /// The provider gave an id.
    case accepted(SendReceipt)
    /// The provider answered with an error code: no SMS.
    case refused(code: String, RefusalKind)
    /// Provably no SMS. `retryAfter` is the provider's own word on when to come again, at most an hour.
    case notSent(NotSentReason, retryAfter: Duration?)
    /// The request, or its head, left, and no valid answer came: an SMS may go out. `retryAfter` is the server's word on when to come
    /// again, at most an hour.
    case unknown(UnknownReason, retryAfter: Duration? = nil)
}
