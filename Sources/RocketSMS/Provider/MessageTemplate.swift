/// A text that the provider keeps; a message whose text is `id` gets it.
public struct MessageTemplate: Equatable, Sendable {
    /// `TPL_ID_…`
    public var id: String
    public var text: String

    public init(id: String, text: String) {
        self.id = id
        self.text = text
    }
}
