internal import SMSText

/// The text of a part, for people who read the record: octets decide what is the same.
enum PartText {
    /// - Returns: with the sign for what is unknown in the place of what cannot be read.
    static func decode(_ octets: [UInt8], dataCoding: UInt8) -> String {
        if dataCoding == 8 {
            let units = stride(from: 0, to: octets.count - 1, by: 2).map { UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]) }
            return String(decoding: units, as: UTF16.self)
        }
        var text = String.UnicodeScalarView()
        var isExtended = false
        for octet in octets {
            if octet == 0x1B, !isExtended {
                isExtended = true
                continue
            }
            text.append((isExtended ? extended[octet] : standard[octet]) ?? "\u{FFFD}")
            isExtended = false
        }
        return String(text)
    }

    private static let standard = table(ofLength: 1)
    private static let extended = table(ofLength: 2)

    /// The default alphabet the other way round: every character of it is below that of the euro.
    private static func table(ofLength length: Int) -> [UInt8: Unicode.Scalar] {
        var table: [UInt8: Unicode.Scalar] = [:]
        for value in UInt32(0x0A)...0x20AC {
            guard let scalar = Unicode.Scalar(value), let octets = (try? TextSegments(String(scalar), as: .gsm))?.parts.first,
                octets.count == length, let last = octets.last
            else { continue }
            table[last] = table[last] ?? scalar
        }
        return table
    }
}
