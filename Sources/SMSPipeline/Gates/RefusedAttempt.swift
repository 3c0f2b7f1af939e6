internal import Requests

/// An attempt that was refused by an unfamiliar code and waits for the account's balance.
package struct RefusedAttempt: Sendable {
    package let tag: UInt64
    package let code: String

    package init(tag: UInt64, code: String) {
        self.tag = tag
        self.code = code
    }
}
