/// What becomes of a request.
package enum HTTPAction: Sendable {
    case respond(HTTPResponse)
    /// Later, from whatever thread, by `HTTPExchange.answer`. The server's stop drops it, and so does, within a second, a client that
    /// closes its connection (or only its own half of it: that looks alike).
    case suspend
    /// The action, after a delay.
    indirect case after(Duration, HTTPAction)
    case fault(HTTPFault)
}
