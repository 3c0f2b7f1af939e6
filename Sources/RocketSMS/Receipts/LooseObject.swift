/// A JSON object read as leniently as is safe, because the answer to a send does not come again: other members may be damaged (another
/// code page, quotes without a backslash, numbers that are none), what is asked for must be whole.
///
/// Where its end is missing, or a place cannot be understood, it is no object.
struct LooseObject {
    enum Ending {
        /// Up to its closing brace, which is before this place.
        case complete(Int)
        /// Not to be understood from this place on.
        case broken(Int)
    }

    private let bytes: UnsafeRawBufferPointer
    private var position: Int

    /// The values of these members as they stand there, quotes included; nil where they are absent or null. The first of each counts.
    private(set) var id: UnsafeRawBufferPointer?
    private(set) var status: UnsafeRawBufferPointer?
    private(set) var cost: UnsafeRawBufferPointer?
    /// A member `error` that says anything.
    private(set) var hasError = false
    /// Two ids that differ are two stories.
    private(set) var hasTwoIDs = false

    /// - Parameter start: of the opening brace.
    init(_ bytes: UnsafeRawBufferPointer, at start: Int) {
        self.bytes = bytes
        position = start + 1
    }

    mutating func read() -> Ending {
        while true {
            skipSpace()
            if current == UInt8(ascii: "}") { return .complete(position + 1) }
            guard current == UInt8(ascii: "\""), let key = skipKey() else { return .broken(position) }
            skipSpace()
            guard current == UInt8(ascii: ":") else { return .broken(position) }
            position += 1
            skipSpace()
            guard let value = skipValue() else { return .broken(position) }
            take(key, value)
            skipSpace()
            switch current {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"): break
            default: return .broken(position)
            }
        }
    }

    private mutating func take(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        let said = Self.isOne(of: ["null"], value) ? nil : value
        if key.elementsEqual("\"id\"".utf8) {
            if let id, let said, !id.elementsEqual(said) { hasTwoIDs = true }
            id = id ?? said
        } else if key.elementsEqual("\"status\"".utf8) {
            status = status ?? said
        } else if key.elementsEqual("\"cost\"".utf8) {
            cost = cost ?? said
        } else if key.elementsEqual("\"error\"".utf8) {
            hasError = hasError || !Self.isOne(of: ["null", "false", "0", "\"\"", "[]", "{}"], value)
        }
    }

    private static func isOne(of words: [String], _ value: UnsafeRawBufferPointer) -> Bool {
        words.contains { value.elementsEqual($0.utf8) }
    }
}

// MARK: - Values

extension LooseObject {
    /// Zero at the end.
    private var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    private mutating func skipSpace() {
        while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
    }

    /// Nil where its end is missing.
    private mutating func skipValue() -> UnsafeRawBufferPointer? {
        let start = position
        switch current {
        case UInt8(ascii: "\""): return skipString()
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            var depth = 0
            repeat {
                switch current {
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                case UInt8(ascii: "\""):
                    guard skipString() != nil else { return nil }
                    continue
                default: break
                }
                guard position < bytes.count else { return nil }
                position += 1
            } while depth > 0
        default:
            while position < bytes.count, !Self.endsWord(bytes[position]) { position += 1 }
        }
        return position < bytes.count ? UnsafeRawBufferPointer(rebasing: bytes[start..<position]) : nil
    }

    /// The key that begins here, with its quotes. It ends with the first quote: else a stray brace and quote would swallow an object.
    private mutating func skipKey() -> UnsafeRawBufferPointer? {
        let start = position
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return UnsafeRawBufferPointer(rebasing: bytes[start..<position]) }
        }
        return nil
    }

    /// The string that begins here, with its quotes. It ends with the first quote that something of JSON follows: so quotes that nobody
    /// escaped do no harm, and well-formed strings end where they should.
    private mutating func skipString() -> UnsafeRawBufferPointer? {
        let start = position
        position += 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\\"): position += 1
            case UInt8(ascii: "\"") where isFollowedBySyntax(position + 1):
                position += 1
                return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
            default: break
            }
            position += 1
        }
        return nil
    }

    private func isFollowedBySyntax(_ place: Int) -> Bool {
        var place = place
        while place < bytes.count, bytes[place] <= 0x20 { place += 1 }
        guard place < bytes.count else { return true }
        return bytes[place] == UInt8(ascii: ":") || Self.endsWord(bytes[place])
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
    }
}
