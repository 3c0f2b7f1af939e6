/// How a text becomes the octets that a message centre is given. The number is SMPP's data_coding (SMPP 3.4, 5.2.19) where the centre
/// keeps to it; the first three are called "default" by some centres, so the number is a setting of its own.
package enum TextCoding: UInt8, CaseIterable, Sendable {
    /// The GSM alphabet, one septet an octet, unpacked: 0 is what a centre's default should be.
    case gsm = 0
    case ascii = 1
    case latin1 = 3
    /// UTF-16, big-endian, without a mark of its order: carries everything.
    case ucs2 = 8

    /// The coding of a text: `narrow` where that carries it and the air will take it as GSM-7, else UCS-2.
    ///
    /// - Parameter narrow: what this centre takes for texts of the GSM alphabet.
    package static func best(for text: String, narrow: TextCoding) -> TextCoding {
        guard narrow != .ucs2, MessageParts(text).alphabet == .gsm else { return .ucs2 }
        return text.unicodeScalars.allSatisfy { narrow.carries($0.value) } ? narrow : .ucs2
    }

    /// Units that a message of one part holds, and each part of several: of septets on the air, or of UTF-16.
    package var limits: (single: Int, multiple: Int) { self == .ucs2 ? (70, 67) : (160, 153) }

    /// Units that a character takes on the air, where what belongs together stays together; 0 where the coding does not carry it.
    func width(_ scalar: UInt32) -> Int {
        if self == .ucs2 { return scalar > 0xFFFF ? 2 : 1 }
        return carries(scalar) ? GSMAlphabet.septets(scalar) : 0
    }

    private func carries(_ scalar: UInt32) -> Bool {
        switch self {
        case .gsm: GSMAlphabet.septets(scalar) > 0
        case .ascii: scalar < 0x80
        case .latin1: scalar < 0x100
        case .ucs2: true
        }
    }

    /// - Precondition: `width(scalar)` is not 0.
    func append(_ scalar: Unicode.Scalar, to octets: inout [UInt8]) {
        switch self {
        case .gsm: _ = GSMAlphabet.append(scalar.value, to: &octets)
        case .ascii, .latin1: octets.append(UInt8(truncatingIfNeeded: scalar.value))
        case .ucs2:
            for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                octets.append(UInt8(truncatingIfNeeded: unit >> 8))
                octets.append(UInt8(truncatingIfNeeded: unit))
            }
        }
    }
}
