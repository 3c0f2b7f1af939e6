extension Logger {
    /// What may be shown of a value that could be personal.
    package enum Redaction {
        /// `id` as it is, unless it looks like a phone number (8 to 15 digits, once `+`, `-`, spaces and parentheses are stripped):
        /// of that the last two digits alone, after `***`.
        package static func maskedID(_ id: String) -> String {
            var digits = 0
            var lastTwo: (UInt8, UInt8) = (0, 0)
            for byte in id.utf8 {
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"):
                    digits += 1
                    lastTwo = (lastTwo.1, byte)
                case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: " "), UInt8(ascii: "("), UInt8(ascii: ")"): continue
                default: return id
                }
            }
            guard (8...15).contains(digits) else { return id }
            return "***" + String(decoding: [lastTwo.0, lastTwo.1], as: UTF8.self)
        }
    }
}
