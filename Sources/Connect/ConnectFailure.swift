/// Why no connection came about. Nothing of a request had left by then.
public struct ConnectFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Kind: String, Sendable {
        case name = "the provider's host name was not found"
        case proxyName = "the proxy's host name was not found"
        case refused = "the connection to the provider was refused or could not be made"
        case timeout = "no connection to the provider within the connect timeout"
        case proxy = "the proxy refused the connection to the provider"
        case certificate = "the provider's certificate was not accepted"
        case closed = "the provider closes connections before it answers"
        case tls = "the TLS handshake with the provider failed"
        case local = "no connection could be set up on this machine"
    }

    public let kind: Kind
    /// What libcurl adds, where it is known to hold nothing secret; else empty.
    public let detail: String

    public init(_ kind: Kind, detail: String = "") {
        self.kind = kind
        self.detail = detail
    }

    public var description: String { detail.isEmpty ? kind.rawValue : "\(kind.rawValue) (\(detail))" }
}
