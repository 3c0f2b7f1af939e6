/// The provider's word that it took a message.
public struct SendReceipt: Equatable, Sendable {
    /// What the provider charged, as it wrote it: JSON number literals, never by way of a Double.
    public struct Cost: Equatable, Sendable {
        /// Parts charged; nil where the answer names none.
        public var credits: String?
        /// In BYN; whether for a part or for the whole message is not documented.
        public var money: String?

        public init(credits: String?, money: String?) {
            self.credits = credits
            self.money = money
        }
    }

    /// What to say of a message whose answer holds an id and no status: the least that an id tells.
    public static let assumedStatus = "QUEUED"

    /// The provider's names for the message: one, or one a part.
    public var ids: [String]
    /// As the provider wrote it; the list is open.
    public var status: String
    /// Nil where the answer has none of the known shape.
    public var cost: Cost?

    public init(ids: [String], status: String, cost: Cost?) {
        self.ids = ids
        self.status = status
        self.cost = cost
    }
}
