/// What an HTTP answer says apart from its body.
package struct ProviderAnswer: Equatable, Sendable {
    let status: Int
    /// What a valid `Retry-After` asks for; with other statuses than 429 and 503 it says nothing of whether the provider takes messages.
    let wait: Duration?

    package init(status: Int, wait: Duration?) {
        self.status = status
        self.wait = status == 429 || status == 503 ? wait : nil
    }

    /// The answers that prove, whatever stands in them short of the provider's own word, that nothing was taken: HTTP 429, HTTP 503 with
    /// `Retry-After` where that is known to mean so, and what only a web server in front says.
    func notSent(unavailable: UnavailableMeaning) -> NotSentReason? {
        switch status {
        case 429: .tooManyRequests
        case 503 where wait != nil && unavailable == .notSent: .unavailable
        case 300..<400, 400, 401, 403, 404, 405, 411, 413, 414, 421, 426, 431: .front(status: status)
        default: nil
        }
    }

    /// A code that nobody knows is the server's trouble here, and no verdict on the message.
    var needsFamiliarCode: Bool { status == 429 || status >= 500 }
}
