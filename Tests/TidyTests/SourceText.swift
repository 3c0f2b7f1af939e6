/// Swift source without its comments and without what stands in its string literals, line by line as before.
struct SourceText {
    let name: String
    let lines: [String]
    /// Names and numbers of each line, in order.
    let words: [[String]]
    let declarations: Declarations

    init(name: String, _ source: String) {
        self.name = name
        lines = Self.stripped(source).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        words = lines.map { line in line.utf8.split { !Self.isPartOfWord($0) }.map { String(Substring($0)) } }
        declarations = Declarations(file: name, lines: lines, words: words)
    }

    private static func isPartOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    private enum Place: Equatable {
        case code
        case line
        case block(depth: Int)
        case string(hashes: Int, isMultiline: Bool)
    }

    private static func stripped(_ source: String) -> String {
        let text = Array(source.utf8)
        var (kept, place, index): ([UInt8], Place, Int) = ([], .code, 0)
        /// Interpolations: parentheses open within each, and the string that goes on behind it.
        var interpolations: [(depth: Int, string: Place)] = []
        func has(_ word: StaticString, at index: Int) -> Bool {
            index + word.utf8CodeUnitCount <= text.count
                && word.withUTF8Buffer { word in text[index..<index + word.count].elementsEqual(word) }
        }
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "\n") {
                kept.append(byte)
                if place == .line { place = .code }
                index += 1
                continue
            }
            switch place {
            case .line: index += 1
            case .block(let depth):
                if has("*/", at: index) {
                    place = depth == 1 ? .code : .block(depth: depth - 1)
                    index += 2
                } else if has("/*", at: index) {
                    place = .block(depth: depth + 1)
                    index += 2
                } else {
                    index += 1
                }
            case .string(let hashes, let isMultiline):
                let marks = [UInt8](repeating: UInt8(ascii: "#"), count: hashes)
                let quote = [UInt8](repeating: UInt8(ascii: "\""), count: isMultiline ? 3 : 1) + marks
                if text[index...].starts(with: quote) {
                    kept.append(UInt8(ascii: "\""))
                    place = .code
                    index += quote.count
                } else if text[index...].starts(with: [UInt8(ascii: "\\")] + marks + [UInt8(ascii: "(")]) {
                    interpolations.append((1, place))
                    place = .code
                    index += 2 + hashes
                    kept.append(UInt8(ascii: " "))
                } else {
                    index += byte == UInt8(ascii: "\\") && text[index...].dropFirst().starts(with: marks) ? 2 + hashes : 1
                }
            case .code:
                if has("//", at: index) {
                    place = .line
                } else if has("/*", at: index) {
                    place = .block(depth: 1)
                    index += 2
                } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "#") {
                    let hashes = text[index...].prefix { $0 == UInt8(ascii: "#") }.count
                    guard index + hashes < text.count, text[index + hashes] == UInt8(ascii: "\"") else {
                        kept.append(byte)
                        index += 1
                        continue
                    }
                    let isMultiline = has("\"\"\"", at: index + hashes)
                    kept.append(UInt8(ascii: "\""))
                    place = .string(hashes: hashes, isMultiline: isMultiline)
                    index += hashes + (isMultiline ? 3 : 1)
                } else {
                    if let last = interpolations.last {
                        if byte == UInt8(ascii: "(") { interpolations[interpolations.count - 1].depth += 1 }
                        if byte == UInt8(ascii: ")") {
                            interpolations[interpolations.count - 1].depth -= 1
                            if last.depth == 1 {
                                interpolations.removeLast()
                                place = last.string
                            }
                        }
                    }
                    kept.append(byte)
                    index += 1
                }
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }
}
