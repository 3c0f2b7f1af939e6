/// The provider's word that it took the message.
package struct Acceptance: Equatable, Sendable {
    /// One, or one a part.
    package let messageIDs: [String]
    package let status: ReceivedStatus
    package let cost: Echo.Cost?

    /// What is longer than an entry keeps is left out: an id that was cut would be another message's.
    package init(messageIDs: [String], status: ReceivedStatus, cost: Echo.Cost?) {
        self.messageIDs = Array(messageIDs.lazy.filter { (1...Echo.messageIDLength).contains($0.utf8.count) }.prefix(Echo.messageIDLimit))
        self.status = status
        let isKept = cost.map { (1...Echo.costLength).contains(max($0.credits.count, $0.money.count)) } ?? false
        self.cost = isKept ? cost : nil
    }
}
