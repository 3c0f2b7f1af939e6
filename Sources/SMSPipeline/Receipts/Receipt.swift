package import Requests

/// A receipt of the provider's, as it stands in the receipts log: facts about a message, none of its words.
package struct Receipt: Equatable, Sendable {
    /// Its place in the log. Later receipts have higher numbers.
    package let number: Int64
    /// Of which account at the centre it came, as entries name theirs.
    package let account: UInt32
    /// The ids that it may mean, in the form in which ids are compared, the likeliest first.
    package let ids: [RequestHash]
    /// Nil where it tells of no state that is known.
    package let status: MessageStatus?
    /// Hashes of both addresses: some peers swap them, and some do not.
    package let addresses: (UInt16, UInt16)

    package init(number: Int64, account: UInt32, ids: [RequestHash], status: MessageStatus?, addresses: (UInt16, UInt16)) {
        self.number = number
        self.account = account
        self.ids = ids
        self.status = status
        self.addresses = addresses
    }

    func renumbered(_ number: Int64) -> Receipt {
        Receipt(number: number, account: account, ids: ids, status: status, addresses: addresses)
    }

    package static func == (a: Self, b: Self) -> Bool {
        a.number == b.number && a.account == b.account && a.ids == b.ids && a.status == b.status && a.addresses == b.addresses
    }
}
