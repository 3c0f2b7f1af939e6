/// One text for many phones.
public struct BulkMessage: Equatable, Sendable {
    /// International, digits only, no plus.
    public var phones: [String]
    /// The text, or the tag of a template (`TPL_ID_…`).
    public var text: String
    /// Nil or empty for the account's main name.
    public var sender: String?
    /// When to send, seconds since 1970; nil for now.
    public var timestamp: Int64?

    public init(phones: [String], text: String, sender: String? = nil, timestamp: Int64? = nil) {
        self.phones = phones
        self.text = text
        self.sender = sender
        self.timestamp = timestamp
    }
}
