/// A text that the provider keeps; a message whose text is `id` gets it.
package struct MessageTemplate: Equatable, Sendable {
    /// `TPL_ID_…`
    package var id: String
    package var text: String

    package init(id: String, text: String) {
        self.id = id
        self.text = text
    }
}
