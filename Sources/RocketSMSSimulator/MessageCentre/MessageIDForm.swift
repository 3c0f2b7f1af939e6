/// How the number of a message is written in its response, and in its receipt.
package enum MessageIDForm: String, SwitchChoice {
    /// Sixteen letters and digits that say nothing, the same in both.
    case opaque
    case hex, decimal
    /// Decimal in the response, the same with zeros before it (ten digits) in the receipt.
    case padded
    case hexThenDecimal = "hex-then-decimal"
    case decimalThenHex = "decimal-then-hex"

    func response(_ number: Int) -> String {
        switch self {
        case .opaque: Self.opaque(number)
        case .hex, .hexThenDecimal: String(number, radix: 16, uppercase: true)
        case .decimal, .padded, .decimalThenHex: String(number)
        }
    }

    func receipt(_ number: Int) -> String {
        switch self {
        case .opaque: Self.opaque(number)
        case .hex, .decimalThenHex: String(number, radix: 16, uppercase: true)
        case .decimal, .hexThenDecimal: String(number)
        case .padded: Self.padded(String(number), to: 10)
        }
    }

    private static func opaque(_ number: Int) -> String {
        padded(String(SplitMix64.bits(seed: 0x5350, index: number), radix: 16), to: 16)
    }

    private static func padded(_ digits: String, to count: Int) -> String {
        String(repeating: "0", count: max(0, count - digits.utf8.count)) + digits
    }
}
