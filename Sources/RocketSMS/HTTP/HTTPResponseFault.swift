/// Why the bytes that came are no answer.
public enum HTTPResponseFault: Equatable, Sendable, CustomStringConvertible {
    case badStatusLine
    case badHeader
    case headTooLarge
    case badLength
    case unknownTransferEncoding
    case badChunk
    case bodyTooLarge
    case unexpectedUpgrade
    /// The connection ended before the answer did.
    case truncated

    public var description: String {
        switch self {
        case .badStatusLine: "the answer does not begin like HTTP/1.1"
        case .badHeader: "the answer has a malformed header"
        case .headTooLarge: "the answer's head is too large"
        case .badLength: "the answer has a malformed Content-Length, or two that differ"
        case .unknownTransferEncoding: "the answer has a transfer coding other than chunked"
        case .badChunk: "the answer has a malformed chunk"
        case .bodyTooLarge: "the answer is too large"
        case .unexpectedUpgrade: "the answer switches to a protocol that nobody asked for"
        case .truncated: "the connection ended in the middle of the answer"
        }
    }
}
