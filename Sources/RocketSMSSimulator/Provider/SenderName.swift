/// A sender's name on the account.
package struct SenderName: Sendable, Equatable {
    package var name: String
    /// Moderated by the service.
    package var isChecked: Bool
    /// Registered with the operators.
    package var isRegistered: Bool

    package init(_ name: String, isChecked: Bool = true, isRegistered: Bool = true) {
        self.name = name
        self.isChecked = isChecked
        self.isRegistered = isRegistered
    }

    /// What the API calls `verified`.
    package var isVerified: Bool { isChecked && isRegistered }
}
