/// A moment at which a waiting request is to be looked at again.
struct WaitTimer {
    enum Kind {
        /// Backoff or schedule are over.
        case due
        /// `expiresAt` or `SEND_MAX_AGE` may have passed.
        case expiry
    }

    let request: Request
    let generation: UInt32
    let kind: Kind
}
