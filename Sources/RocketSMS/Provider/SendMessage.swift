/// One SMS as the provider is asked to send it.
public struct SendMessage: Equatable, Sendable {
    /// International, digits only, no plus: `375296890043`.
    package var phone: [UInt8]
    /// UTF-8: the text, or the tag of a template (`TPL_ID_…`), which the provider replaces by the template's text.
    package var text: [UInt8]
    /// UTF-8; nil or empty for the account's main name.
    package var sender: [UInt8]?
    /// When to send, seconds since 1970; nil for now.
    public var timestamp: Int64?
    /// Skips the provider's queue: only for codes, passwords and the like.
    public var priority: Bool
    /// The `traceparent` header of the request (W3C Trace Context), nil for none.
    package var trace: [UInt8]?

    package init(phone: [UInt8], text: [UInt8], sender: [UInt8]? = nil, timestamp: Int64? = nil, priority: Bool = false) {
        self.phone = phone
        self.text = text
        self.sender = sender
        self.timestamp = timestamp
        self.priority = priority
    }

    /// - Parameters:
    ///   - phone: international, digits only, no plus: `375296890043`.
    ///   - text: the text, or the tag of a template (`TPL_ID_…`).
    ///   - sender: nil for the account's main name.
    ///   - timestamp: when to send, seconds since 1970; nil for now.
    ///   - priority: skips the provider's queue: only for codes, passwords and the like.
    public init(phone: String, text: String, sender: String? = nil, timestamp: Int64? = nil, priority: Bool = false) {
        self.init(
            phone: Array(phone.utf8), text: Array(text.utf8), sender: sender.map { Array($0.utf8) }, timestamp: timestamp,
            priority: priority)
    }
}
