/// What can go wrong with a request. Those before acceptance leave no message behind; after it, the message is sent whatever the client
/// gets to see.
package enum FaultKind: String, CaseIterable, Sendable {
    // Before acceptance
    case dropBeforeAccept, resetBeforeAccept, hangBeforeAccept, holdBeforeAccept
    case serverError, unavailable, tooManyRequests, htmlBeforeAccept, wrongAuth
    /// Any error code.
    case error
    // After acceptance
    case replyLost, resetAfterAccept, hang, hold
    case serverErrorAfterAccept, html, emptyBody, truncated, cutJSON, garbage, slow, trickle
    /// Any status and body.
    case answer

    /// Whether the request is carried out.
    package var accepts: Bool {
        switch self {
        case .dropBeforeAccept, .resetBeforeAccept, .hangBeforeAccept, .holdBeforeAccept, .serverError, .unavailable, .tooManyRequests,
            .htmlBeforeAccept, .wrongAuth, .error:
            false
        case .replyLost, .resetAfterAccept, .hang, .hold, .serverErrorAfterAccept, .html, .emptyBody, .truncated, .cutJSON, .garbage,
            .slow, .trickle, .answer:
            true
        }
    }

    /// The kinds that can happen by chance: those that need no further word.
    static let chanceKinds = allCases.filter { $0 != .error && $0 != .answer && $0 != .hold && $0 != .holdBeforeAccept }

    /// Words joined by hyphens: `replyLost` → `reply-lost`.
    var switchName: String {
        if self == .cutJSON { return "cut-json" }
        var name = ""
        for letter in rawValue { name += letter.isUppercase ? "-\(letter.lowercased())" : String(letter) }
        return name
    }

    var summary: String {
        switch self {
        case .dropBeforeAccept: "connection closed, nothing accepted"
        case .resetBeforeAccept: "connection reset, nothing accepted"
        case .hangBeforeAccept: "no answer, nothing accepted"
        case .holdBeforeAccept: "kept until released, then carried out and answered"
        case .serverError: "HTTP 500, nothing accepted"
        case .unavailable: "HTTP 503 with Retry-After, nothing accepted"
        case .tooManyRequests: "HTTP 429 with Retry-After, nothing accepted"
        case .htmlBeforeAccept: "an HTML page with HTTP 200, nothing accepted"
        case .wrongAuth: "WRONG_AUTH, nothing accepted"
        case .error: "an error code, nothing accepted"
        case .replyLost: "accepted, connection closed"
        case .resetAfterAccept: "accepted, connection reset"
        case .hang: "accepted, no answer"
        case .hold: "accepted, the answer kept until released"
        case .serverErrorAfterAccept: "accepted, HTTP 500"
        case .html: "accepted, an HTML page with HTTP 200"
        case .emptyBody: "accepted, HTTP 200 without a body"
        case .truncated: "accepted, connection closed in the middle of the answer"
        case .cutJSON: "accepted, a whole answer whose JSON is cut"
        case .garbage: "accepted, bytes that are not HTTP"
        case .slow: "accepted, answered late"
        case .trickle: "accepted, answered byte by byte"
        case .answer: "accepted, another answer"
        }
    }
}
