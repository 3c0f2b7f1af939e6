/// A sender's name of the account. Use it only when `isChecked` and `isRegistered`; else the provider sends from another name.
package struct Sender: Equatable, Sendable {
    package var name: String
    /// Both of the others.
    package var isVerified: Bool
    /// Moderated by the provider.
    package var isChecked: Bool
    /// Registered with the mobile operators.
    package var isRegistered: Bool

    package init(name: String, isVerified: Bool, isChecked: Bool, isRegistered: Bool) {
        self.name = name
        self.isVerified = isVerified
        self.isChecked = isChecked
        self.isRegistered = isRegistered
    }
}
