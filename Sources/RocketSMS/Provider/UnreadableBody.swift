/// What stood where the provider's answer should have been.
public enum UnreadableBody: String, Error, Equatable, Sendable, CustomStringConvertible {
    case empty = "an empty body"
    case html = "an HTML page"
    case truncatedJSON = "JSON that ends too early"
    case notJSON = "a body that is not JSON"
    case unexpectedJSON = "JSON of another shape than the provider's"
    /// `error` is no code in capitals, so it cannot be told from an accident.
    case unreadableCode = "an error that is no error code"
    /// With an HTTP status that says that the server is in trouble, a code that nobody knows is no verdict.
    case unfamiliarCode = "an error code that is not known"
    /// A status answer for another message than the one asked for.
    case otherMessage = "the status of another message"

    public var description: String { rawValue }

    /// Without the byte order mark that some servers put before their JSON.
    static func withoutMark(_ body: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        body.starts(with: [0xEF, 0xBB, 0xBF]) ? UnsafeRawBufferPointer(rebasing: body[3...]) : body
    }

    /// Whether a body ends like neither JSON nor a page. Asked of every answer, so by a look only.
    static func isCutShort(_ body: UnsafeRawBufferPointer) -> Bool {
        var depth = 0
        var last: UInt8 = 0
        for byte in body {
            if byte == UInt8(ascii: "{") { depth += 1 } else if byte == UInt8(ascii: "}") { depth -= 1 }
            if byte > 0x20 { last = byte }
        }
        return last != UInt8(ascii: ">") && (last != UInt8(ascii: "}") || depth > 0)
    }

    /// What a body is that cannot be JSON by its first character; nil if it may be.
    static func beforeParsing(_ body: UnsafeRawBufferPointer) -> UnreadableBody? {
        switch body.first(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }) {
        case nil: .empty
        case UInt8(ascii: "<"): .html
        default: nil
        }
    }
}
