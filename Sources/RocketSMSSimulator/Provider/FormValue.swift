internal import Glibc

/// A value of a form as it stands in the request; lent, like the request's bytes.
struct FormValue {
    let raw: UnsafeRawBufferPointer
    /// It has a `%` or a `+`, so that it is not what it says.
    let isEscaped: Bool

    /// Appends the value, escapes resolved. A `%` without two hexadecimal digits stays as it is.
    func append(to bytes: inout [UInt8]) {
        guard isEscaped else {
            bytes.append(contentsOf: raw)
            return
        }
        var index = 0
        while index < raw.count {
            let byte = raw[index]
            if byte == UInt8(ascii: "%"), index + 2 < raw.count, let high = FormValue.hex(raw[index + 1]),
                let low = FormValue.hex(raw[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
                continue
            }
            bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            index += 1
        }
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(raw.count)
        append(to: &bytes)
        return bytes
    }

    var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Byte for byte, escapes resolved; allocates only where there are escapes.
    func equals(_ other: [UInt8]) -> Bool {
        if isEscaped { return bytes == other }
        guard raw.count == other.count, let base = raw.baseAddress else { return raw.count == other.count }
        return other.withUnsafeBytes { other in other.baseAddress.map { memcmp(base, $0, other.count) == 0 } ?? true }
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
