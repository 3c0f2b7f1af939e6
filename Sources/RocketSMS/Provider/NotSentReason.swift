// Handed on: who uses this library sees why no connection came about without another import.
@_exported public import Connect

/// Why a request provably did not reach the provider, or why the provider did not take it.
public enum NotSentReason: Equatable, Sendable, CustomStringConvertible {
    /// The caller withdrew its leave before the first byte.
    case leaseEnded
    /// No connection came about.
    case noConnection(ConnectFailure)
    /// No connection came free before the deadline.
    case waitedTooLong
    /// As many requests wait for a connection as may.
    case tooManyWaiting
    /// The connection broke before the request's head was out.
    case interrupted(UnknownReason)
    /// HTTP 429.
    case tooManyRequests
    /// HTTP 503 with `Retry-After`, where the operator says that it means so.
    case unavailable
    /// A redirect, or an error page without the provider's JSON: a web server in front took it for nothing of its own.
    case front(status: Int)
    /// The client was closed.
    case closed

    /// Whether the provider said so: then it works, and is only busy.
    public var isAnswer: Bool { self == .tooManyRequests || self == .unavailable }

    public var description: String {
        switch self {
        case .leaseEnded: "the leave to send had ended before the first byte"
        case .noConnection(let failure): failure.description
        case .waitedTooLong: "no connection to the provider came free before the deadline"
        case .tooManyWaiting: "too many requests wait for a connection to the provider"
        case .interrupted(let reason): "before the request was out: \(reason)"
        case .tooManyRequests: "the provider answered HTTP 429"
        case .front(let status): "a web server answered HTTP \(status), and not the provider: is the address right?"
        case .unavailable: "the provider answered HTTP 503 with Retry-After"
        case .closed: "the client was closed before the request began"
        }
    }
}
