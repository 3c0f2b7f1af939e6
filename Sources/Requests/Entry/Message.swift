/// What the provider is to send.
package struct Message: Equatable, Sendable {
    /// 8–15 digits.
    package let phone: [UInt8]
    /// UTF-8: the text, or the template's tag.
    package let text: [UInt8]
    package let isTemplate: Bool
    package let sender: [UInt8]?

    package init(phone: [UInt8], text: [UInt8], isTemplate: Bool, sender: [UInt8]?) {
        self.phone = phone
        self.text = text
        self.isTemplate = isTemplate
        self.sender = sender
    }
}
