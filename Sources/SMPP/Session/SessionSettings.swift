/// What a session keeps to.
package struct SessionSettings: Equatable, Sendable {
    package var bind: Bind
    /// Parts that may be unanswered at once, 1 …; what the peer grants.
    package var window = 10
    /// For an answer to anything; also for the peer to take what is written.
    package var responseTimeout = Duration.seconds(30)
    /// Nothing heard for so long: the peer is asked.
    package var enquireInterval = Duration.seconds(30)
    /// After an unbind, for its answer or the end of the stream.
    package var unbindTimeout = Duration.seconds(2)
    /// Receipts and messages that may wait for our answer. Peers have few under way at a time; what is more is not taken, and comes again.
    package var maximumDeliveries = 1_000
    package var rules = StatusRules()

    package init(bind: Bind) { self.bind = bind }
}
