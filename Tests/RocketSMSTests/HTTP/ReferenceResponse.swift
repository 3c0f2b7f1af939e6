/// The rules of the reader once more, for a whole stream that has ended, written for plainness: the judge of the fuzz.
/// Nil stands for every kind of refusal.
struct ReferenceResponse: Equatable {
    var status: Int
    var body: [UInt8]
    var isReusable: Bool

    /// - Parameter stream: shorter than any limit of the reader.
    init?(_ stream: [UInt8]) {
        var rest = stream[...]
        while true {
            guard let head = Self.takeHead(&rest), let first = head.first, let line = Self.statusLine(first) else { return nil }
            var fields: [(name: String, value: String)] = []
            for line in head.dropFirst() {
                guard let field = Self.field(line) else { return nil }
                fields.append(field)
            }
            guard let framing = Self.framing(fields) else { return nil }
            if line.status == 101 { return nil }
            if line.status < 200 { continue }
            status = line.status
            let words = fields.filter { $0.name == "connection" }.flatMap { Self.items($0.value) }
            isReusable = !words.contains("close") && (line.minor > 0 || words.contains("keep-alive"))
            if [204, 304].contains(status) {
                body = []
            } else if framing.isChunked {
                guard line.minor > 0, let chunks = Self.takeChunks(&rest) else { return nil }
                body = chunks
                if framing.length != nil { isReusable = false }
            } else if let length = framing.length {
                guard rest.count >= length else { return nil }
                body = Array(rest.prefix(length))
                rest = rest.dropFirst(length)
            } else {
                body = Array(rest)
                rest = []
                isReusable = false
            }
            if framing.isChunked, framing.length != nil { isReusable = false }
            if !rest.isEmpty { isReusable = false }
            return
        }
    }

    /// The lines before the first empty one, without their CRLF.
    private static func takeHead(_ rest: inout ArraySlice<UInt8>) -> [[UInt8]]? {
        var lines: [[UInt8]] = []
        while let line = takeLine(&rest) {
            if line.isEmpty { return lines }
            lines.append(line)
        }
        return nil
    }

    /// Nil where there is no line feed, or none that follows a carriage return.
    private static func takeLine(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard let end = rest.firstIndex(of: 10), end > rest.startIndex, rest[end - 1] == 13 else { return nil }
        defer { rest = rest[(end + 1)...] }
        return Array(rest[..<(end - 1)])
    }

    private static func isText(_ bytes: some Sequence<UInt8>) -> Bool { bytes.allSatisfy { $0 == 9 || ($0 >= 32 && $0 != 127) } }

    /// One character a byte.
    private static func latin(_ bytes: some Sequence<UInt8>) -> String {
        String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }

    private static func statusLine(_ bytes: [UInt8]) -> (minor: Int, status: Int)? {
        let line = Array(latin(bytes).unicodeScalars.map(Character.init))
        guard isText(bytes), line.count >= 12, String(line[..<7]) == "HTTP/1.", line[8] == " ", line.count == 12 || line[12] == " ",
            let minor = Int(String(line[7])), let status = Int(String(line[9..<12])), line[9..<12].allSatisfy({ ("0"..."9").contains($0) }),
            (100..<600).contains(status)
        else { return nil }
        return (minor, status)
    }

    private static func field(_ bytes: [UInt8]) -> (name: String, value: String)? {
        guard let colon = bytes.firstIndex(of: 58), colon > 0, isText(bytes[(colon + 1)...]) else { return nil }
        let name = latin(bytes[..<colon]).lowercased()
        let marks = "!#$%&'*+-.^_`|~"
        guard
            name.unicodeScalars.allSatisfy({
                $0.isASCII && (("a"..."z").contains($0) || ("0"..."9").contains($0) || marks.unicodeScalars.contains($0))
            })
        else { return nil }
        return (name, trimmed(latin(bytes[(colon + 1)...])))
    }

    private static func trimmed(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        let isSpace = { (scalar: Unicode.Scalar) in scalar == " " || scalar == "\t" }
        guard let first = scalars.firstIndex(where: { !isSpace($0) }), let last = scalars.lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(String.UnicodeScalarView(scalars[first...last]))
    }

    private static func items(_ value: String) -> [String] {
        value.split(separator: ",", omittingEmptySubsequences: false).map { trimmed(String($0)).lowercased() }
    }

    private static func framing(_ fields: [(name: String, value: String)]) -> (length: Int?, isChunked: Bool)? {
        var length: Int?
        var isChunked = false
        for field in fields {
            if field.name == "transfer-encoding" {
                guard field.value.lowercased() == "chunked", !isChunked else { return nil }
                isChunked = true
            } else if field.name == "content-length" {
                let isNumber = (1...18).contains(field.value.utf8.count) && field.value.utf8.allSatisfy { (48...57).contains($0) }
                guard isNumber, let value = Int(field.value) else { return nil }
                // After chunks were named a length says nothing: only that it is a number is looked at then.
                if let length, length != value, !isChunked { return nil }
                length = length ?? value
            }
        }
        return (length, isChunked)
    }

    private static func takeChunks(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        var body: [UInt8] = []
        while true {
            guard let line = takeLine(&rest), isText(line), line.count <= 254 else { return nil }
            let digits = line.prefix { Character(Unicode.Scalar($0)).isHexDigit && $0 < 128 }
            let after = trimmed(latin(line[digits.count...]))
            guard (1...8).contains(digits.count), after.isEmpty || after.hasPrefix(";"), let size = Int(latin(digits), radix: 16) else {
                return nil
            }
            if size == 0 { break }
            guard rest.count >= size + 2, Array(rest.dropFirst(size).prefix(2)) == [13, 10] else { return nil }
            body += rest.prefix(size)
            rest = rest.dropFirst(size + 2)
        }
        guard let trailers = takeHead(&rest), trailers.allSatisfy({ field($0) != nil }) else { return nil }
        return body
    }
}
