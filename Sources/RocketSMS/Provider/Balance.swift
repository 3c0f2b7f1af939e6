/// What is left on the account.
package struct Balance: Equatable, Sendable {
    /// SMS parts that can still be sent; nil where the answer has no whole number.
    package var credits: Int64?
    /// Money in BYN as the provider wrote it, a JSON number literal; nil where the answer has none.
    package var money: String?

    package init(credits: Int64?, money: String?) {
        self.credits = credits
        self.money = money
    }
}
