/// UTF-8 that is cut where a character ends: with half a character behind it, it is no text, and nobody reads it again.
package enum WholeCharacters {
    /// The beginning of `text`, of at most `limit` bytes.
    package static func prefix(of text: String, limit: Int) -> [UInt8] { trimmed(Array(text.utf8.prefix(limit))) }

    /// Without the first bytes of a character that ends behind them.
    package static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        for back in 1...3 where back <= bytes.count {
            let length: Int
            switch bytes[bytes.count - back] {
            case 0x80...0xBF: continue
            case 0xC2...0xDF: length = 2
            case 0xE0...0xEF: length = 3
            case 0xF0...0xF4: length = 4
            default: return bytes
            }
            return length > back ? Array(bytes.dropLast(back)) : bytes
        }
        return bytes
    }
}
