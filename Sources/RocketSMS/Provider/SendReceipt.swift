/// The provider's word that it took a message.
package struct SendReceipt: Equatable, Sendable {
    /// What the provider charged, as it wrote it: JSON number literals, never by way of a Double.
    package struct Cost: Equatable, Sendable {
        /// Parts charged; nil where the answer names none.
        package var credits: String?
        /// In BYN; whether for a part or for the whole message is not documented.
        package var money: String?

        package init(credits: String?, money: String?) {
            self.credits = credits
            self.money = money
        }
    }

    /// What to say of a message whose answer holds an id and no status: the least that an id tells.
    package static let assumedStatus = "QUEUED"

    /// The provider's names for the message: one, or one a part.
    package var ids: [String]
    /// As the provider wrote it; the list is open.
    package var status: String
    /// Nil where the answer has none of the known shape.
    package var cost: Cost?

    package init(ids: [String], status: String, cost: Cost?) {
        self.ids = ids
        self.status = status
        self.cost = cost
    }
}
