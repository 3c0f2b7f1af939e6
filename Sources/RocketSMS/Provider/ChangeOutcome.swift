/// What became of a request to change the account.
public enum ChangeOutcome: Equatable, Sendable {
    case done
    /// The provider answered with an error code: nothing is changed.
    case refused(code: String, RefusalKind)
    /// Provably nothing is changed. `retryAfter` is the provider's own word on when to come again, at most an hour.
    case notSent(NotSentReason, retryAfter: Duration?)
    /// The request, or its head, left, and no valid answer came: it may be done.
    case unknown(UnknownReason)
}
