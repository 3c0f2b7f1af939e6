internal import SMPP

/// Statuses as `0x58` or `88`.
enum StatusText {
    /// - Returns: nil for what is no number of 32 bits.
    static func parse(_ text: some StringProtocol) -> CommandStatus? {
        let number = text.hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
        return number.map { CommandStatus($0) }
    }

    static func format(_ status: CommandStatus) -> String {
        let digits = String(status.rawValue, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: max(0, 2 - digits.utf8.count)) + digits
    }
}
