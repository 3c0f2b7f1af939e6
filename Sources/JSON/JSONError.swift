/// Where JSON text stops being JSON, or is not the value that was asked for, and what would have been right there.
/// It never quotes the text: that may hold a phone number or a password.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Bytes before the place.
    package let offset: Int
    /// From 1; lines end with a line feed.
    package let line: Int
    /// From 1; in characters (Unicode scalars).
    package let column: Int
    /// What was expected there, as the rest of a sentence: "a comma or }".
    package let expected: String
    /// The text ends at this place: more of it might have been valid.
    package let isAtEnd: Bool

    package init(expected: String, at offset: Int, of bytes: UnsafeRawBufferPointer) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.offset = offset
        self.line = line
        self.column = column
        // Bytes of UTF-16 look like a slip at the first character, which says nothing to whoever sees no slip there.
        let isUTF16 = ByteOrderMark.isUTF16(bytes)
        self.expected = isUTF16 ? "UTF-8, and the text is UTF-16" : expected
        isAtEnd = offset >= bytes.count && !isUTF16
    }

    package var description: String {
        isAtEnd
            ? "line \(line), column \(column): the text ends where \(expected) was expected"
            : "line \(line), column \(column): expected \(expected)"
    }
}
