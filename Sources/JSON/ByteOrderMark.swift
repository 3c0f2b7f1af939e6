/// U+FEFF at the beginning of a text: in UTF-8 it says nothing, and whoever writes files with it does not see it.
/// What people or other programs wrote loses one before it is read (RFC 8259, 8.1, permits it).
package enum ByteOrderMark {
    /// `bytes` without one leading mark of UTF-8.
    package static func skip(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        isUTF8(bytes) ? UnsafeRawBufferPointer(rebasing: bytes.dropFirst(3)) : bytes
    }

    /// Takes one leading mark of UTF-8 away.
    package static func remove(from bytes: inout [UInt8]) {
        if bytes.withUnsafeBytes(isUTF8) { bytes.removeFirst(3) }
    }

    /// By the mark, or by the zero byte beside a first character of ASCII: no text in UTF-8 that anybody means begins so.
    package static func isUTF16(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= 2 else { return false }
        switch (bytes[0], bytes[1]) {
        case (0xFE, 0xFF), (0xFF, 0xFE), (0, 1..<0x80), (1..<0x80, 0): return true
        default: return false
        }
    }

    package static func isUTF16(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { isUTF16($0) } }

    private static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF
    }
}
