internal import EventLoop
internal import Time

/// A request that waits for a connection or runs on one.
struct Exchange {
    let request: ProviderRequest
    let tag: UInt64
    /// For everything: the wait, the writing and the answer.
    let deadline: MonotonicInstant
}

/// An exchange that ended without an answer, by what can have happened to its request.
package enum ExchangeFailure: Equatable, Sendable, CustomStringConvertible {
    /// Provably nothing that the provider could act on has left.
    case notSent(NotSentReason)
    /// The request, or its head, may have arrived.
    case unknown(UnknownReason)

    package var description: String {
        switch self {
        case .notSent(let reason): reason.description
        case .unknown(let reason): reason.description
        }
    }
}
