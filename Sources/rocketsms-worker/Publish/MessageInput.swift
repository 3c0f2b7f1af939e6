internal import JSON
internal import Requests

/// Phone and text of a message: from the flags, or from standard input where a flag is `-`, so that neither stands in the list of
/// processes and in the shell's history.
struct MessageInput: Equatable, Sendable {
    /// Most bytes read: a text of four-byte characters, and a phone before it.
    static let limit = 4 * SendRequest.textLimit + 1_024

    let phone: String?
    let text: String?

    /// - Parameters:
    ///   - phone: as given; `-`: the first line of the input.
    ///   - text: as given; `-`: the input, without what the phone took.
    ///   - input: standard input, one byte more of it than the limit.
    /// - Throws: `UsageError` for what is no UTF-8 or too long, and what `input` throws.
    init(phone: String?, text: String?, input: () throws -> [UInt8]) throws {
        guard phone == "-" || text == "-" else {
            (self.phone, self.text) = (phone, text)
            return
        }
        let given = try Self.decode(try input())
        guard phone == "-" else {
            (self.phone, self.text) = (phone, given)
            return
        }
        let line = given.prefix { $0 != "\n" }
        self.phone = String(line)
        self.text = text == "-" ? String(given.dropFirst(line.count + 1)) : text
    }

    init(_ arguments: ParsedArguments, _ console: Console) throws {
        try self.init(phone: arguments["--phone"], text: arguments["--text"]) { try console.readInput(Self.limit) }
    }

    /// Lines end with a line feed, the last one without; a byte order mark is taken off.
    private static func decode(_ bytes: [UInt8]) throws(UsageError) -> String {
        guard bytes.count <= limit else { throw UsageError("Standard input is longer than \(limit) bytes.") }
        if ByteOrderMark.isUTF16(bytes) { throw UsageError("Standard input is UTF-16, and must be UTF-8.") }
        var bytes = bytes
        ByteOrderMark.remove(from: &bytes)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw UsageError("Standard input is not UTF-8.") }
        let lines = text.replacing("\r\n", with: "\n")
        return lines.hasSuffix("\n") ? String(lines.dropLast()) : lines
    }
}
