/// What becomes of messages to certain phones, instead of what chance says.
package struct FateRule: Sendable, Equatable {
    /// The phone's last digits; empty: any phone.
    package var phoneSuffix: String
    /// `DELIVERED`, `FAILED`, `SENT` (stays so for ever), or any other status string.
    package var final: String
    /// From SENT to the final status; nil: as the switches say.
    package var delay: Duration?

    package init(phoneSuffix: String = "", final: String, delay: Duration? = nil) {
        self.phoneSuffix = phoneSuffix
        self.final = final
        self.delay = delay
    }
}
