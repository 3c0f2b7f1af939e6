/// Why nobody can say what became of a request that left.
public enum UnknownReason: Equatable, Sendable, CustomStringConvertible {
    /// No answer within the deadline.
    case timedOut
    /// The connection ended before an answer began.
    case closedByPeer
    /// The connection broke (reset, or a TLS failure).
    case connectionBroken
    /// What came is not HTTP.
    case badAnswer(HTTPResponseFault)
    /// An HTTP answer whose body is not the provider's.
    case unintelligible(status: Int, UnreadableBody)
    /// The client was closed while the request was under way.
    case closed

    public var description: String {
        switch self {
        case .timedOut: "no answer within the deadline"
        case .closedByPeer: "the connection was closed without an answer"
        case .connectionBroken: "the connection broke"
        case .badAnswer(let fault): fault.description
        case .unintelligible(let status, let body): "HTTP \(status) with \(body)"
        case .closed: "the client was closed while the request was under way"
        }
    }
}
