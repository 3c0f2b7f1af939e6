/// Names one request of a server, to answer it later.
package struct HTTPExchange: Sendable {
    let loop: ServerLoop
    let slot: Int
    let generation: UInt64

    /// Answers a request whose handler returned `.suspend`. Without effect when it is answered already, when its client has gone,
    /// and when the server has stopped. From any thread.
    package func answer(_ action: HTTPAction) {
        loop.execute { [self] in loop.answer(slot: slot, generation: generation, action) }
    }
}

/// What becomes of a request.
package enum HTTPAction: Sendable {
    case respond(HTTPResponse)
    /// Later, from whatever thread, by `HTTPExchange.answer`. The server's stop drops it, and so does, within a second, a client that
    /// closes its connection (or only its own half of it: that looks alike).
    case suspend
    /// An answer without an end: this body, then whatever `HTTPServer.publish` gives. A client that takes nothing for `answerTimeout` is
    /// dropped; one that takes less than there is gets the newest.
    case stream(HTTPResponse)
    /// The action, after a delay.
    indirect case after(Duration, HTTPAction)
    case fault(HTTPFault)
}

/// A way not to answer properly, for servers that play a failing one.
package enum HTTPFault: Sendable {
    /// Closes the connection (FIN) without a byte of an answer.
    case drop
    /// Resets the connection (RST) without a byte of an answer.
    case reset
    /// Silence; then `drop`. A client that goes away ends it sooner.
    case hang(limit: Duration)
    /// Announces the whole body, sends its first `bytes`, closes.
    case truncate(HTTPResponse, bytes: Int)
    /// Sends the body in pieces of `bytes`, with `interval` between them.
    case trickle(HTTPResponse, bytes: Int, interval: Duration)
    /// Sends these bytes instead of an answer, closes. More than the socket takes at once (some 100 KiB) is cut off.
    case garbage([UInt8])
}
