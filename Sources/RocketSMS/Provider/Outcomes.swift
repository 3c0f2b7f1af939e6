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

/// What a question to the provider ended in. Asking again is always safe.
public enum QueryOutcome<Answer: Equatable & Sendable>: Equatable, Sendable {
    case answered(Answer)
    /// The provider answered with an error code.
    case refused(code: String, RefusalKind)
    /// No valid answer. `reason` is a short sentence; `retryAfter` the provider's own word on when to come again, at most an hour.
    case failed(reason: String, retryAfter: Duration?)
}

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
