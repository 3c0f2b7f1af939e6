/// How a transaction ended.
package enum CommitResult: Sendable {
    case committed
    /// Nothing of it is visible; the same operations may be tried again.
    case aborted(BrokerError)
    /// The group refuses this member's generation: nothing to gain before it has changed.
    case membership(BrokerError)
    /// Its fate is open.
    case fenced(BrokerError)
    /// A living rival has this worker's instance id.
    case rival(BrokerError)
}
