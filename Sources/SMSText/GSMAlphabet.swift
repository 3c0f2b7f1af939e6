/// The default alphabet of GSM 03.38 (3GPP TS 23.038, 6.2.1) and its extension table.
enum GSMAlphabet {
    /// Septets that a character takes: 1, 2 (an escape and a character of the extension table), or 0 where it is in neither.
    static func septets(_ scalar: UInt32) -> Int {
        if scalar < 128 { return Int(ascii[Int(scalar)]) }
        switch scalar {
        case 0xA1, 0xA3, 0xA4, 0xA5, 0xA7, 0xBF, 0xC4, 0xC5, 0xC6, 0xC7, 0xC9, 0xD1, 0xD6, 0xD8, 0xDC, 0xDF, 0xE0, 0xE4, 0xE5, 0xE6, 0xE8,
            0xE9, 0xEC, 0xF1, 0xF2, 0xF6, 0xF8, 0xF9, 0xFC, 0x393, 0x394, 0x398, 0x39B, 0x39E, 0x3A0, 0x3A3, 0x3A6, 0x3A8, 0x3A9:
            return 1
        case 0x20AC: return 2
        default: return 0
        }
    }

    private static let ascii: [UInt8] = (0..<128).map { byte in
        switch Unicode.Scalar(UInt8(byte)) {
        case "\n", "\r", "@", "$", "_", " "..."#", "%"..."?", "A"..."Z", "a"..."z": 1
        case "\u{0C}", "^", "{", "}", "\\", "[", "~", "]", "|": 2
        default: 0
        }
    }
}
