/// What becomes of messages to certain phones, instead of what chance says.
package struct FateRule: Sendable, Equatable {
    /// The phone's last digits; empty: any phone.
    package var phoneSuffix: String
    /// Of a part that came by SMPP: its number in its message, from 1; nil: any part, and messages that came by HTTP.
    package var part: Int?
    /// `DELIVERED`, `FAILED`, `SENT` (stays so for ever), or any other status string.
    package var final: String
    /// From SENT to the final status; nil: as the switches say.
    package var delay: Duration?

    package init(phoneSuffix: String = "", part: Int? = nil, final: String, delay: Duration? = nil) {
        self.phoneSuffix = phoneSuffix
        self.part = part
        self.final = final
        self.delay = delay
    }
}
