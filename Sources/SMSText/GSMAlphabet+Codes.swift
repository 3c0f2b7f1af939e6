/// The codes of the alphabet's characters, as they go into a part (3GPP TS 23.038, 6.2.1 and 6.2.1.1).
extension GSMAlphabet {
    /// Before a code of the extension table.
    static let escape: UInt8 = 0x1B

    /// Appends a character's septets, an octet each.
    ///
    /// - Returns: false where it is not in the alphabet; nothing is appended then.
    static func append(_ scalar: UInt32, to octets: inout [UInt8]) -> Bool {
        let code = scalar < 128 ? asciiCodes[Int(scalar)] : otherCodes[scalar] ?? none
        if code == none { return false }
        if code & extended != 0 { octets.append(escape) }
        octets.append(UInt8(truncatingIfNeeded: code))
        return true
    }

    /// A code of the extension table.
    private static let extended: UInt16 = 0x100
    private static let none: UInt16 = 0xFFFF

    /// In the order of their codes, from 0x00; at 0x1B the escape, which is no character.
    private static let characters =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1B}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
        + "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"

    private static let extensions: [(Unicode.Scalar, UInt8)] = [
        ("\u{0C}", 0x0A), ("^", 0x14), ("{", 0x28), ("}", 0x29), ("\\", 0x2F), ("[", 0x3C), ("~", 0x3D), ("]", 0x3E), ("|", 0x40),
        ("€", 0x65),
    ]

    private static let codes: [UInt32: UInt16] = {
        var codes: [UInt32: UInt16] = [:]
        for (code, scalar) in characters.unicodeScalars.enumerated() where code != Int(escape) { codes[scalar.value] = UInt16(code) }
        for (scalar, code) in extensions { codes[scalar.value] = extended | UInt16(code) }
        return codes
    }()

    private static let asciiCodes: [UInt16] = (0..<128).map { codes[$0] ?? none }
    private static let otherCodes: [UInt32: UInt16] = codes.filter { $0.key >= 128 }
}
