/// One connection of a client, up or not. A node can have two: the group's coordinator has one of its own.
package struct BrokerStatistics: Equatable, Sendable {
    /// `host:port`; empty where librdkafka does not know it (yet).
    package var node = ""
    package var isUp = false
    /// Since the client was made.
    package var requestTimeouts: Int64 = 0
    /// From request to answer, averaged since the last statistics. A fetch waits for records up to `fetch.wait.max.ms`, a join for the other
    /// members: both count. Nil: nothing was answered.
    package var roundTrip: Duration?

    package init() {}
}
