/// What the pipeline is told of the second door.
package struct ReceiptSettings: Equatable, Sendable {
    /// As entries and receipts name the account at the centre.
    package let account: UInt32
    /// Of the topic, the account and the form of ids.
    package let fingerprint: UInt64
    /// `SMPP_RECEIPT_ADDRESS`: a receipt must have the recipient as one of its addresses.
    package let checksAddress: Bool

    package init(account: UInt32, fingerprint: UInt64, checksAddress: Bool) {
        self.account = account
        self.fingerprint = fingerprint
        self.checksAddress = checksAddress
    }
}
