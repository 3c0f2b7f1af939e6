internal import Glibc

/// Bytes of a request, lent for the time of the handler's call.
package struct HTTPText {
    package let raw: UnsafeRawBufferPointer

    package init(_ raw: UnsafeRawBufferPointer) { self.raw = raw }

    package var isEmpty: Bool { raw.isEmpty }

    /// A copy; bytes that are not UTF-8 become U+FFFD.
    package var string: String { String(decoding: raw, as: UTF8.self) }

    /// Byte for byte.
    package static func == (text: HTTPText, other: StaticString) -> Bool {
        let count = other.utf8CodeUnitCount
        guard text.raw.count == count else { return false }
        guard count > 0, let base = text.raw.baseAddress else { return true }
        return memcmp(base, other.utf8Start, count) == 0
    }

    package static func ~= (pattern: StaticString, text: HTTPText) -> Bool { text == pattern }

    package func hasPrefix(_ prefix: StaticString) -> Bool {
        let count = prefix.utf8CodeUnitCount
        guard count > 0, raw.count >= count, let base = raw.baseAddress else { return count == 0 }
        return memcmp(base, prefix.utf8Start, count) == 0
    }

    /// As `hasPrefix`, with ASCII letters in either case; `prefix` is in lower case.
    package func hasPrefixIgnoringCase(_ prefix: StaticString) -> Bool {
        let count = prefix.utf8CodeUnitCount
        guard raw.count >= count else { return false }
        for index in 0..<count {
            let byte = raw[index]
            let lower = byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
            if lower != prefix.utf8Start[index] { return false }
        }
        return true
    }
}
