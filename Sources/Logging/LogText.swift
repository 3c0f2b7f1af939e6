/// Text made fit for a line: nothing in it can end the line, move a terminal's cursor or turn its direction of writing.
enum LogText {
    enum Escaping {
        /// Control characters alone.
        case controls
        /// Within quotes of a text line: quotes and backslashes too.
        case quoted
        /// Within quotes of a JSON line.
        case json
    }

    private static let mark: StaticString = "…"

    /// Appends `text` in at most `limit` bytes; answers whether it was cut, which `…` then shows.
    static func append(_ text: String, to bytes: inout [UInt8], atMost limit: Int, escaping: Escaping) -> Bool {
        let start = bytes.count
        let room = limit - mark.utf8CodeUnitCount
        // Where to cut if the rest does not fit.
        var lastFit = start
        for scalar in text.unicodeScalars {
            append(scalar, to: &bytes, escaping: escaping)
            if bytes.count - start <= room { lastFit = bytes.count }
            if bytes.count - start > limit {
                bytes.removeSubrange(lastFit...)
                bytes.append(contentsOf: UnsafeBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount))
                return true
            }
        }
        return false
    }

    private static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8], escaping: Escaping) {
        switch scalar.value {
        case 0x0A: bytes.append(contentsOf: "\\n".utf8)
        case 0x0D: bytes.append(contentsOf: "\\r".utf8)
        case 0x09: bytes.append(contentsOf: "\\t".utf8)
        case 0x22 where escaping != .controls, 0x5C where escaping != .controls:
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(UInt8(scalar.value))
        // C0, DEL and C1; line and paragraph separators; marks, embeddings and isolates of direction; the byte order mark.
        case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
            let digits = String(scalar.value, radix: 16)
            let padding = String(repeating: "0", count: 4 - digits.count)
            bytes.append(contentsOf: "\\u\(padding)\(digits)".utf8)
        default: bytes.append(contentsOf: scalar.utf8)
        }
    }
}
