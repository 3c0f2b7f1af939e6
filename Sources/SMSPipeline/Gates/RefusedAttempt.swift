internal import Requests

/// An attempt that was refused by an unfamiliar code and waits for the account's balance.
package struct RefusedAttempt: Equatable, Sendable {
    package let tag: UInt64
    package let code: String
    /// What the message costs, in SMS parts; at least 1, also for a template of unknown text.
    package let parts: Int

    package init(tag: UInt64, code: String, parts: Int) {
        self.tag = tag
        self.code = code
        self.parts = parts
    }
}
