/// A sender's name of the account. Use it only when `isChecked` and `isRegistered`; else the provider sends from another name.
public struct Sender: Equatable, Sendable {
    public var name: String
    /// Both of the others.
    public var isVerified: Bool
    /// Moderated by the provider.
    public var isChecked: Bool
    /// Registered with the mobile operators.
    public var isRegistered: Bool

    public init(name: String, isVerified: Bool, isChecked: Bool, isRegistered: Bool) {
        self.name = name
        self.isVerified = isVerified
        self.isChecked = isChecked
        self.isRegistered = isRegistered
    }

    /// Whether the provider's document allows to ask for this name: 1 to 11 Latin letters, digits, dots and hyphens. Names that are on an
    /// account may be others.
    public static func isAllowed(_ name: String) -> Bool {
        guard (1...11).contains(name.utf8.count) else { return false }
        return name.utf8.allSatisfy { $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 26 || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }
}
