internal import Requests

/// A moment at which a waiting request is to be looked at again.
package struct WaitTimer {
    package enum Kind {
        /// Backoff or schedule are over.
        case due
        /// `expiresAt` or `SEND_MAX_AGE` may have passed.
        case expiry
    }

    package let request: Request
    package let generation: UInt32
    package let kind: Kind

    package init(request: Request, generation: UInt32, kind: Kind) {
        self.request = request
        self.generation = generation
        self.kind = kind
    }
}
