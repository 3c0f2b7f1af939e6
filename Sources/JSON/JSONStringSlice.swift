/// A string of the text as it stands there, without its quotes: valid UTF-8 and valid escapes.
/// Usable only while the reader's bytes are.
package struct JSONStringSlice {
    /// The bytes between the quotes, escapes not resolved.
    package let raw: UnsafeRawBufferPointer
    package let hasEscapes: Bool

    /// The text, escapes resolved.
    package var string: String {
        if !hasEscapes { return String(decoding: raw, as: UTF8.self) }
        return String(decoding: unescapedBytes, as: UTF8.self)
    }

    /// The text as UTF-8, escapes resolved.
    package var unescapedBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(raw.count)
        append(to: &bytes)
        return bytes
    }

    /// Appends the text as UTF-8, escapes resolved.
    package func append(to bytes: inout [UInt8]) {
        if hasEscapes {
            unescape {
                bytes.append($0)
                return true
            }
        } else {
            bytes.append(contentsOf: raw)
        }
    }

    /// Whether the text, escapes resolved, is `other`, byte for byte. Allocates nothing.
    package static func == (slice: JSONStringSlice, other: StaticString) -> Bool {
        let bytes = UnsafeRawBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount)
        if !slice.hasEscapes { return slice.raw.count == bytes.count && slice.raw.elementsEqual(bytes) }
        var matched = 0
        let isPrefix = slice.unescape { byte in
            guard matched < bytes.count, bytes[matched] == byte else { return false }
            matched += 1
            return true
        }
        return isPrefix && matched == bytes.count
    }

    package static func ~= (pattern: StaticString, slice: JSONStringSlice) -> Bool { slice == pattern }

    /// Hands out the text byte by byte until `body` answers false; true if it never did.
    @discardableResult
    private func unescape(_ body: (UInt8) -> Bool) -> Bool {
        var index = 0
        while index < raw.count {
            let byte = raw[index]
            guard byte == UInt8(ascii: "\\") else {
                if !body(byte) { return false }
                index += 1
                continue
            }
            let escape = raw[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "b"): if !body(0x08) { return false }
            case UInt8(ascii: "f"): if !body(0x0C) { return false }
            case UInt8(ascii: "n"): if !body(0x0A) { return false }
            case UInt8(ascii: "r"): if !body(0x0D) { return false }
            case UInt8(ascii: "t"): if !body(0x09) { return false }
            case UInt8(ascii: "u"):
                var scalar = hexValue(at: index)
                index += 4
                if scalar & 0xFC00 == 0xD800 {
                    scalar = 0x10000 + (scalar & 0x3FF) << 10 + hexValue(at: index + 2) & 0x3FF
                    index += 6
                }
                guard let scalar = Unicode.Scalar(scalar) else { continue }
                for byte in scalar.utf8 where !body(byte) { return false }
            default: if !body(escape) { return false }
            }
        }
        return true
    }

    private func hexValue(at index: Int) -> UInt32 {
        var value: UInt32 = 0
        for byte in raw[index..<index + 4] {
            let digit = byte <= UInt8(ascii: "9") ? byte - UInt8(ascii: "0") : (byte | 0x20) - UInt8(ascii: "a") + 10
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}
