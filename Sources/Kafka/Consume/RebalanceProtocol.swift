/// How a group's rebalances take partitions: all of them at once (`eager`), or only those that move.
package enum RebalanceProtocol: String, Sendable {
    /// Not a member yet.
    case none = "NONE"
    case eager = "EAGER"
    case cooperative = "COOPERATIVE"
}
