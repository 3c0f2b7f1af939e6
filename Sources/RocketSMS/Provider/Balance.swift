/// What is left on the account.
public struct Balance: Equatable, Sendable {
    /// SMS parts that can still be sent; nil where the answer has no whole number.
    public var credits: Int64?
    /// Money in BYN as the provider wrote it, a JSON number literal; nil where the answer has none.
    public var money: String?

    public init(credits: Int64?, money: String?) {
        self.credits = credits
        self.money = money
    }
}
