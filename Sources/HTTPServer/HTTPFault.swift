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
