/// Whom a pool asks and answers. All calls come on the loop.
protocol ConnectionPoolOwner: AnyObject {
    /// Appends the request's bytes; answers the length of its head.
    func encode(_ exchange: Exchange, into buffer: inout [UInt8]) -> Int
    /// Asked just before the first byte leaves, and again where that write blocked; false ends the exchange as not sent.
    func mayBegin(_ exchange: Exchange) -> Bool
    /// Understands an answer. The connection is still busy: the pool is not to be called from here.
    func decode(_ response: borrowing HTTPResponseReader, for exchange: Exchange) -> Reply
    /// Understands a failure.
    func decode(_ failure: ExchangeFailure, for exchange: Exchange) -> Reply
    /// Each exchange ends here, once, never within the call that submitted it.
    func deliver(_ reply: Reply, tag: UInt64)
}
