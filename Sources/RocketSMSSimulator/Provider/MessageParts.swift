/// How many SMS parts a text takes. No source states the provider's rule; this is the standard's: GSM 03.38 160 septets in one part or
/// 153 in each of several (characters of the extension table take two), UCS-2 70 or 67 units.
struct MessageParts: Equatable, Sendable {
    let count: Int
    /// All characters are in the GSM alphabet.
    let isGSM: Bool
    let isValidUTF8: Bool

    init(_ text: UnsafeRawBufferPointer, rule: PartsRule = .standard) {
        var septets = 0
        var units = 0
        var isGSM = true
        var isValid = true
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                let width = MessageParts.asciiSeptets[Int(byte)]
                if width == 0 { isGSM = false }
                septets += Int(width)
                units += 1
                index += 1
                continue
            }
            guard let (scalar, length) = MessageParts.scalar(text, at: index) else {
                isValid = false
                isGSM = false
                units += 1
                index += 1
                continue
            }
            let width = MessageParts.septets(scalar)
            if width == 0 { isGSM = false }
            septets += width
            units += scalar > 0xFFFF ? 2 : 1
            index += length
        }
        self.isGSM = isGSM
        isValidUTF8 = isValid
        switch rule {
        case .standard:
            count = isGSM ? MessageParts.parts(septets, single: 160, multi: 153) : MessageParts.parts(units, single: 70, multi: 67)
        case .by67: count = max(1, (units + 66) / 67)
        }
    }

    private static func parts(_ length: Int, single: Int, multi: Int) -> Int {
        length <= single ? 1 : (length + multi - 1) / multi
    }

    /// Septets of each ASCII character: 1 basic alphabet, 2 extension table, 0 neither.
    private static let asciiSeptets: [UInt8] = (0..<128).map { byte in
        switch Unicode.Scalar(UInt8(byte)) {
        case "\n", "\r", "@", "$", "_", " "..."#", "%"..."?", "A"..."Z", "a"..."z": 1
        case "\u{0C}", "^", "{", "}", "\\", "[", "~", "]", "|": 2
        default: 0
        }
    }

    private static func septets(_ scalar: UInt32) -> Int {
        switch scalar {
        case 0xA3, 0xA5, 0xE8, 0xE9, 0xF9, 0xEC, 0xF2, 0xC7, 0xD8, 0xF8, 0xC5, 0xE5, 0x394, 0x3A6, 0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8,
            0x3A3, 0x398, 0x39E, 0xC6, 0xE6, 0xDF, 0xC9, 0xA4, 0xA1, 0xC4, 0xD6, 0xD1, 0xDC, 0xA7, 0xBF, 0xE4, 0xF6, 0xF1, 0xFC, 0xE0:
            1
        case 0x20AC: 2
        default: 0
        }
    }

    /// The scalar of two to four bytes at `index`; nil where the bytes are none.
    private static func scalar(_ text: UnsafeRawBufferPointer, at index: Int) -> (UInt32, Int)? {
        let lead = text[index]
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
