/// What an HTTP answer says apart from its body.
struct ProviderAnswer: Equatable, Sendable {
    let status: Int
    /// What a valid `Retry-After` asks for.
    let wait: Duration?

    /// The two answers that promise that nothing was taken: HTTP 429, and HTTP 503 that says when to come again.
    var later: NotSentReason? {
        switch (status, wait) {
        case (429, _): .tooManyRequests
        case (503, _?): .unavailable
        default: nil
        }
    }
}
