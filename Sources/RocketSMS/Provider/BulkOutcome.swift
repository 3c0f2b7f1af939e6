/// What became of a text for many phones.
public enum BulkOutcome: Equatable, Sendable {
    /// What became of one of the phones.
    public enum Item: Equatable, Sendable {
        case accepted(SendReceipt)
        case refused(code: String, RefusalKind)
        /// The answer's item says neither: an SMS may go out.
        case unclear
    }

    /// One item for each phone, in the order of the answer; that it is the request's order the provider does not say.
    case answered([Item])
    /// The provider answered with one error code: no SMS.
    case refused(code: String, RefusalKind)
    /// Provably no SMS. `retryAfter` is the provider's own word on when to come again, at most an hour.
    case notSent(NotSentReason, retryAfter: Duration?)
    /// The request, or its head, left, and no valid answer came: SMS may go out.
    case unknown(UnknownReason)
}
