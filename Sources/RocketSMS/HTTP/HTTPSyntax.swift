internal import Glibc

/// Bytes and words of RFC 9110.
enum HTTPSyntax {
    /// `tchar`: what a header's name is made of.
    static func isTokenByte(_ byte: UInt8) -> Bool {
        // One bit for each ASCII character: ! # $ % & ' * + - . 0-9 A-Z ^ _ ` a-z | ~
        let low: UInt64 = 0x03FF_6CFA_0000_0000
        let high: UInt64 = 0x57FF_FFFF_C7FF_FFFE
        if byte < 64 { return low >> UInt64(byte) & 1 == 1 }
        return byte < 128 && high >> UInt64(byte - 64) & 1 == 1
    }

    /// What may stand in a header's value: visible characters, space, tab, and bytes beyond ASCII.
    static func isValueByte(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// Without the space around it.
    static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        var end = bytes.count
        while start < end, isSpace(bytes[start]) { start += 1 }
        while end > start, isSpace(bytes[end - 1]) { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }

    /// Whether `bytes` is `word` (given in lower case) in any letter case.
    static func matches(_ bytes: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        for index in 0..<bytes.count {
            let byte = bytes[index]
            let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            if (isUpper ? byte | 0x20 : byte) != word.utf8Start[index] { return false }
        }
        return true
    }

    /// Bytes up to and including the first line feed; nil where there is none.
    static func lengthOfLine(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let start = bytes.baseAddress, let newline = memchr(start, 0x0A, bytes.count) else { return nil }
        return UnsafeRawPointer(newline) - start + 1
    }

    /// The items of a comma-separated list, without the space around them.
    static func forEachItem(of list: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        var start = 0
        while start <= list.count {
            let end = list[start...].firstIndex(of: UInt8(ascii: ",")) ?? list.count
            body(trimmed(UnsafeRawBufferPointer(rebasing: list[start..<end])))
            start = end + 1
        }
    }

    /// A decimal number without sign; nil where it is none, or longer than 18 digits.
    static func decimal(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard !bytes.isEmpty, bytes.count <= 18 else { return nil }
        var value = 0
        for byte in bytes {
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }
}
