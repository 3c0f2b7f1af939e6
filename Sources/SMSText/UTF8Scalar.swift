/// One scalar out of UTF-8, or one byte that is none.
struct UTF8Scalar {
    /// Nil for a byte that is no UTF-8.
    let value: UInt32?
    /// In bytes.
    let length: Int

    /// In UTF-16.
    var units: Int { (value ?? 0) > 0xFFFF ? 2 : 1 }

    init(_ text: UnsafeRawBufferPointer, at index: Int) {
        let lead = text[index]
        if lead < 0x80 {
            (value, length) = (UInt32(lead), 1)
            return
        }
        guard let (scalar, count) = Self.scalar(text, at: index, lead) else {
            (value, length) = (nil, 1)
            return
        }
        (value, length) = (scalar, count)
    }

    private static func scalar(_ text: UnsafeRawBufferPointer, at index: Int, _ lead: UInt8) -> (UInt32, Int)? {
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        guard (0xC2...0xF4).contains(lead), index + length <= text.count else { return nil }
        var scalar = UInt32(lead) & (0x7F >> UInt32(length))
        for offset in 1..<length {
            let byte = text[index + offset]
            guard byte & 0xC0 == 0x80 else { return nil }
            scalar = scalar << 6 | UInt32(byte & 0x3F)
        }
        let least: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
        guard scalar >= least, scalar <= 0x10FFFF, !(0xD800...0xDFFF).contains(scalar) else { return nil }
        return (scalar, length)
    }
}
