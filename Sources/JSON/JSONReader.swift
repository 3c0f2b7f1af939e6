/// Reads JSON value by value, as the caller asks for them, without allocating (but for errors and `readString()`).
///
///     var reader = JSONReader(bytes)
///     try reader.beginObject()
///     while let key = try reader.nextKey() {
///         switch key {
///         case "id": id = try reader.readString()
///         default: try reader.skipValue()
///         }
///     }
///     try reader.finish()
///
/// After `nextKey()`, and after `nextElement()` that answered true, exactly one value is to be read or skipped.
/// Everything read or skipped is checked in full: grammar, UTF-8, escapes (a lone surrogate is refused), depth.
/// Repeated keys are the caller's business; `JSONValue` refuses them. The size of the text is the caller's to bound.
/// The bytes must outlive the reader and the slices that it hands out.
package struct JSONReader {
    /// Containers that may be open at once.
    package static let maximumDepth = 64

    private let bytes: UnsafeRawBufferPointer
    private let syntax: JSONSyntax
    private var position = 0
    private var depth = 0
    /// One bit for each open container: it has had a member or an element, so a comma comes before the next.
    private var hasPrevious: UInt64 = 0

    package init(_ bytes: UnsafeRawBufferPointer, options syntax: JSONSyntax = .strict) {
        self.bytes = bytes
        self.syntax = syntax
    }

    /// Bytes read so far.
    package var offset: Int { position }

    /// The kind of the value that comes next.
    package mutating func peek() throws(JSONError) -> JSONKind {
        try skipSpace()
        switch current {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw expected("a value")
        }
    }

    /// Nothing but space may be left.
    package mutating func finish() throws(JSONError) {
        try skipSpace()
        if position < bytes.count { throw expected("the end of the text") }
    }

    /// An error at the place reached, for a value that is valid JSON but not what the caller can take.
    package func expected(_ what: String) -> JSONError { JSONError(expected: what, at: position, of: bytes) }
}

// MARK: - Containers

extension JSONReader {
    package mutating func beginObject() throws(JSONError) { try begin(UInt8(ascii: "{"), "an object") }

    package mutating func beginArray() throws(JSONError) { try begin(UInt8(ascii: "["), "an array") }

    /// The next key of the object begun last; nil at its end, which is read too.
    package mutating func nextKey() throws(JSONError) -> JSONStringSlice? {
        guard try advance(to: UInt8(ascii: "}"), "a comma or }", first: "a key in quotes or }", next: "a key in quotes") else { return nil }
        guard current == UInt8(ascii: "\"") else { throw expected("a key in quotes") }
        let key = try scanString()
        try skipSpace()
        guard current == UInt8(ascii: ":") else { throw expected("a colon") }
        position += 1
        return key
    }

    /// Whether the array begun last has another element; false at its end, which is read too.
    package mutating func nextElement() throws(JSONError) -> Bool {
        try advance(to: UInt8(ascii: "]"), "a comma or ]", first: "a value or ]", next: "a value")
    }

    private mutating func begin(_ opening: UInt8, _ what: String) throws(JSONError) {
        try skipSpace()
        guard current == opening else { throw expected(what) }
        guard depth < Self.maximumDepth else { throw expected("at most \(Self.maximumDepth) levels of nesting") }
        position += 1
        hasPrevious &= ~(1 << UInt64(depth))
        depth += 1
    }

    private mutating func advance(
        to closing: UInt8, _ separator: StaticString, first: StaticString, next: StaticString
    ) throws(JSONError) -> Bool {
        precondition(depth > 0, "members and elements are read only within a container")
        try skipSpace()
        let bit: UInt64 = 1 << UInt64(depth - 1)
        if current == closing { return close() }
        if hasPrevious & bit == 0 {
            guard position < bytes.count else { throw expected(first.description) }
            hasPrevious |= bit
            return true
        }
        guard current == UInt8(ascii: ",") else { throw expected(separator.description) }
        position += 1
        try skipSpace()
        guard current == closing else { return true }
        guard syntax == .configuration else { throw expected(next.description) }
        return close()
    }

    private mutating func close() -> Bool {
        position += 1
        depth -= 1
        return false
    }
}

// MARK: - Values

extension JSONReader {
    package mutating func readStringSlice() throws(JSONError) -> JSONStringSlice {
        try skipSpace()
        guard current == UInt8(ascii: "\"") else { throw expected("a string") }
        return try scanString()
    }

    package mutating func readString() throws(JSONError) -> String { try readStringSlice().string }

    /// The text as UTF-8.
    package mutating func readStringBytes() throws(JSONError) -> [UInt8] { try readStringSlice().unescapedBytes }

    /// Appends the text as UTF-8.
    package mutating func readString(into buffer: inout [UInt8]) throws(JSONError) { try readStringSlice().append(to: &buffer) }

    package mutating func readNumberLiteral() throws(JSONError) -> JSONNumberSlice {
        try skipSpace()
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        switch current {
        case UInt8(ascii: "0"): position += 1
        case UInt8(ascii: "1")...UInt8(ascii: "9"): skipDigits()
        default: throw expected(start == position ? "a number" : "a digit")
        }
        if current == UInt8(ascii: ".") {
            position += 1
            try requireDigits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try requireDigits()
        }
        return JSONNumberSlice(raw: UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
    }

    package mutating func readBool() throws(JSONError) -> Bool {
        try skipSpace()
        if take("true") { return true }
        if take("false") { return false }
        throw expected("true or false")
    }

    package mutating func readNull() throws(JSONError) {
        try skipSpace()
        if !take("null") { throw expected("null") }
    }

    /// Reads a value of any kind, and answers its bytes as they stand in the text (with `.configuration`: comments included).
    @discardableResult
    package mutating func skipValue() throws(JSONError) -> UnsafeRawBufferPointer {
        let kind = try peek()
        let start = position
        switch kind {
        case .null: try readNull()
        case .bool: _ = try readBool()
        case .number: _ = try readNumberLiteral()
        case .string: _ = try scanString()
        case .array:
            try beginArray()
            while try nextElement() { try skipValue() }
        case .object:
            try beginObject()
            while try nextKey() != nil { try skipValue() }
        }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    }

    private mutating func skipDigits() {
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
    }

    private mutating func requireDigits() throws(JSONError) {
        let start = position
        skipDigits()
        if position == start { throw expected("a digit") }
    }

    /// Takes `word`; what follows it is the business of whatever is read next.
    private mutating func take(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard bytes.count - position >= count else { return false }
        for index in 0..<count where bytes[position + index] != word.utf8Start[index] { return false }
        position += count
        return true
    }
}

// MARK: - Bytes

extension JSONReader {
    /// Zero, which is valid nowhere, at the end.
    private var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    private mutating func skipSpace() throws(JSONError) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            case UInt8(ascii: "/") where syntax == .configuration: try skipComment()
            default: return
            }
        }
    }

    private mutating func skipComment() throws(JSONError) {
        position += 1
        let isBlock = current == UInt8(ascii: "*")
        guard isBlock || current == UInt8(ascii: "/") else { throw expected("a comment (// or /*)") }
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            if byte >= 0x80 {
                try skipMultibyteScalar()
                continue
            }
            position += 1
            if isBlock {
                if byte == UInt8(ascii: "*"), current == UInt8(ascii: "/") {
                    position += 1
                    return
                }
            } else if byte == UInt8(ascii: "\n") {
                return
            }
        }
        if isBlock { throw expected("the end of a comment (*/)") }
    }

    /// Reads a string whose opening quote is the current byte.
    private mutating func scanString() throws(JSONError) -> JSONStringSlice {
        position += 1
        let start = position
        var hasEscapes = false
        while true {
            skipPlainBytes()
            guard position < bytes.count else { throw expected("a closing quote") }
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let raw = UnsafeRawBufferPointer(rebasing: bytes[start..<position])
                position += 1
                return JSONStringSlice(raw: raw, hasEscapes: hasEscapes)
            } else if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                try skipEscape()
            } else if byte < 0x20 {
                throw expected("an escape instead of a control character")
            } else {
                try skipMultibyteScalar()
            }
        }
    }

    /// Stops at the end and at a quote, a backslash, a control character or a byte beyond ASCII. Eight bytes a step where it can.
    private mutating func skipPlainBytes() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        while bytes.count - position >= 8 {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            // The lowest bit that these set is exact; a borrow makes false ones only above it.
            let controls = (word &- ones &* 0x20) & ~word
            let stops = (word | controls | (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes) & tops
            if stops != 0 {
                position += stops.trailingZeroBitCount / 8
                return
            }
            position += 8
        }
        while position < bytes.count {
            let byte = bytes[position]
            if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            position += 1
        }
    }

    private mutating func skipEscape() throws(JSONError) {
        position += 1
        switch current {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            position += 1
            let unit = try readHexUnit()
            if unit & 0xFC00 == 0xDC00 {
                position -= 4
                throw expected("a code point that is no lone surrogate")
            }
            guard unit & 0xFC00 == 0xD800 else { return }
            guard current == UInt8(ascii: "\\") else { throw expected("the second half of a surrogate pair") }
            position += 1
            guard current == UInt8(ascii: "u") else { throw expected("the second half of a surrogate pair") }
            position += 1
            guard try readHexUnit() & 0xFC00 == 0xDC00 else {
                position -= 4
                throw expected("the second half of a surrogate pair")
            }
        default: throw expected("an escape: one of \" \\ / b f n r t u")
        }
    }

    private mutating func readHexUnit() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            switch current {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt16(current - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt16(current - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt16(current - UInt8(ascii: "A") + 10)
            default: throw expected("four hexadecimal digits")
            }
            position += 1
        }
        return unit
    }

    /// Reads one scalar of two to four bytes (Unicode 16.0, table 3-7: no overlong form, no surrogate, nothing above U+10FFFF).
    private mutating func skipMultibyteScalar() throws(JSONError) {
        let lead = bytes[position]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw expected("valid UTF-8")
        }
        guard bytes.count - position >= length, second.contains(bytes[position + 1]) else { throw expected("valid UTF-8") }
        for index in 2..<max(length, 2) where bytes[position + index] & 0xC0 != 0x80 { throw expected("valid UTF-8") }
        position += length
    }
}
