internal import JSON

/// A member of an answer, as far as it is a scalar. Usable only while the answer's bytes are.
enum AnswerScalar {
    /// Not there, or null.
    case absent
    case string(JSONStringSlice)
    case number(JSONNumberSlice)
    case bool(Bool)
    /// An object or an array.
    case nested

    init(reading reader: inout JSONReader) throws(JSONError) {
        switch try reader.peek() {
        case .null:
            try reader.readNull()
            self = .absent
        case .bool: self = .bool(try reader.readBool())
        case .number: self = .number(try reader.readNumberLiteral())
        case .string: self = .string(try reader.readStringSlice())
        case .array, .object:
            try reader.skipValue()
            self = .nested
        }
    }

    var isAbsent: Bool { if case .absent = self { true } else { false } }

    var string: String? { if case .string(let slice) = self { slice.string } else { nil } }

    /// A number's literal, of at most `limit` bytes. PHP writes decimals of a database as strings: a string that holds a number is one.
    func literal(limit: Int) -> String? {
        switch self {
        case .number(let slice): return slice.raw.count <= limit ? slice.literal : nil
        case .string(let slice):
            guard (1...limit).contains(slice.raw.count) else { return nil }
            var reader = JSONReader(slice.raw)
            guard let number = try? reader.readNumberLiteral(), (try? reader.finish()) != nil else { return nil }
            return number.literal
        default: return nil
        }
    }

    /// A whole number, written as a number or as a string; what stands behind a point does not count.
    var integer: Int64? {
        guard let literal = literal(limit: 32) else { return nil }
        if !literal.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) { return Int64(literal.prefix { $0 != "." }) }
        return Double(literal).flatMap { Int64(exactly: $0.rounded(.down)) }
    }

    /// The bytes of a message id: the digits of a positive integer, however large, or a string of letters, digits and `.-_`,
    /// at most 64 of them. An id is opaque and never passes through a number.
    var messageID: UnsafeRawBufferPointer? {
        let raw: UnsafeRawBufferPointer
        switch self {
        case .number(let slice) where slice.raw.allSatisfy(Self.isDigit): raw = slice.raw
        case .string(let slice) where slice.raw.allSatisfy(Self.isIDByte): raw = slice.raw
        default: return nil
        }
        let isZero = raw.count == 1 && raw[0] == UInt8(ascii: "0")
        return (1...64).contains(raw.count) && !isZero ? raw : nil
    }

    /// An error code that looks like one: `[A-Z][A-Z0-9_]*`, at most 64 characters.
    var errorCode: String? {
        guard case .string(let slice) = self, (1...64).contains(slice.raw.count), Self.isCapital(slice.raw[0]),
            slice.raw.allSatisfy({ Self.isCapital($0) || Self.isDigit($0) || $0 == UInt8(ascii: "_") })
        else { return nil }
        return slice.string
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func isCapital(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") }

    private static func isIDByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || isCapital(byte & 0xDF) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }
}
