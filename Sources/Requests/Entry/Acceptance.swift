/// The provider's word that it took the message.
package struct Acceptance: Equatable, Sendable {
    /// One, or one a part.
    package let messageIDs: [String]
    package let status: ReceivedStatus
    package let cost: Echo.Cost?

    package init(messageIDs: [String], status: ReceivedStatus, cost: Echo.Cost?) {
        self.messageIDs = messageIDs
        self.status = status
        self.cost = cost
    }
}
