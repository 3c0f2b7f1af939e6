/// An attempt that was refused by an unfamiliar code and waits for the account's balance.
struct RefusedAttempt: Sendable {
    let tag: UInt64
    let code: String
}
