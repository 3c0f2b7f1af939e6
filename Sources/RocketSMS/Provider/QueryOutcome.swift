/// What a question to the provider ended in. Asking again is always safe.
public enum QueryOutcome<Answer: Equatable & Sendable>: Equatable, Sendable {
    case answered(Answer)
    /// The provider answered with an error code.
    case refused(code: String, RefusalKind)
    /// No valid answer. `reason` is a short sentence; `retryAfter` the provider's own word on when to come again, at most an hour.
    case failed(reason: String, retryAfter: Duration?)
}
