/// A text of the account that a message can name by its tag.
package struct MessageTemplate: Sendable, Equatable {
    /// `TPL_ID_` and more.
    package var tag: String
    package var text: String

    package init(tag: String, text: String) {
        self.tag = tag
        self.text = text
    }
}
