/// Whom a pool asks and answers. All calls come on the loop.
protocol ConnectionPoolOwner: AnyObject {
    /// Appends the request's bytes; answers the length of its head.
    func encode(_ exchange: Exchange, into buffer: inout [UInt8]) -> Int
    /// Asked just before the first byte leaves, and again where that write blocked; false ends the exchange as not sent.
    func mayBegin(_ exchange: Exchange) -> Bool
    /// Understands an answer. The connection is still busy: the pool is not to be called from here.
    ///
    /// - Returns: with the reply, whether the answer was undamaged: else its connection is not used again.
    func decode(_ response: borrowing HTTPResponseReader, for exchange: Exchange) -> (Reply, isSound: Bool)
    /// Understands a failure on a connection, after whatever came.
    func decode(_ failure: ExchangeFailure, after response: borrowing HTTPResponseReader, for exchange: Exchange) -> Reply
    /// Understands a failure before any connection.
    func decode(_ failure: ExchangeFailure, for exchange: Exchange) -> Reply
    /// Whether what makes sense of an answer that is broken, or whole and worth nothing, may still come.
    func looksOn(_ response: borrowing HTTPResponseReader, for exchange: Exchange) -> Bool
    /// Each exchange ends here, once, never within the call that submitted it.
    func deliver(_ reply: Reply, tag: UInt64)
}
