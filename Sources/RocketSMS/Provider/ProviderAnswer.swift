/// What an HTTP answer says apart from its body.
package struct ProviderAnswer: Equatable, Sendable {
    let status: Int
    /// What a valid `Retry-After` asks for.
    let wait: Duration?

    package init(status: Int, wait: Duration?) {
        self.status = status
        self.wait = wait
    }

    /// The two answers that promise that nothing was taken: HTTP 429, and HTTP 503 that says when to come again.
    var later: NotSentReason? {
        switch (status, wait) {
        case (429, _): .tooManyRequests
        case (503, _?): .unavailable
        default: nil
        }
    }
}
