/// What becomes of a request.
package enum HTTPAction: Sendable {
    case respond(HTTPResponse)
    /// Later, from whatever thread, by `HTTPExchange.answer`. The server's stop drops it.
    case suspend
    /// The action, after a delay.
    indirect case after(Duration, HTTPAction)
    case fault(HTTPFault)
}
