/// How the ids of responses and those of receipts are the same. A setting: no id tells of itself which it is.
package enum MessageIDFormat: String, CaseIterable, Sendable {
    /// The same text in both.
    case opaque
    /// Responses have it in hexadecimal, receipts in decimal.
    case hexDec = "hex-dec"
    /// Responses have it in decimal, receipts in hexadecimal.
    case decHex = "dec-hex"

    /// The form in which ids are compared, of one out of a response: without spaces, leading zeros and capitals, a number in hexadecimal.
    package func normalised(response id: String) -> String { Self.normalised(id, base: bases?.response) }

    /// The ids that a receipt may mean, the likeliest first; none where it has none.
    ///
    /// The TLV holds the id as the response had it, or as the text has it: peers do both. Where text and TLV say the same in their own
    /// ways, that is it.
    package func candidates(of receipt: DeliveryReceipt) -> [String] {
        let text = receipt.textID.map { Self.normalised($0, base: bases?.receipt) }
        guard let id = receipt.parameterID else { return text.map { [$0] } ?? [] }
        let likeResponse = Self.normalised(id, base: bases?.response)
        let likeText = Self.normalised(id, base: bases?.receipt)
        // Written alike, both are a receipt's form; without a text too, that is what the setting speaks of.
        let ordered = text == nil || text == likeText ? [likeText, likeResponse] : [likeResponse] + [text].compactMap { $0 }
        return ordered.first == ordered.last ? [ordered[0]] : ordered
    }

    private var bases: (response: Int, receipt: Int)? {
        switch self {
        case .opaque: nil
        case .hexDec: (16, 10)
        case .decHex: (10, 16)
        }
    }

    /// - Parameter base: nil for a text; what is no number of the base is a text.
    private static func normalised(_ id: String, base: Int?) -> String {
        let id = id.utf8.drop { $0 == 0x20 }
        let digits = id.prefix { $0 != 0x20 }.drop { $0 == 0x30 }
        if base == 10, digits.allSatisfy({ (0x30...0x39).contains($0) }) { return hexadecimal(digits) }
        return digits.isEmpty && !id.isEmpty ? "0" : String(Substring(digits)).lowercased()
    }

    /// Of a decimal number of any length.
    private static func hexadecimal(_ digits: Substring.UTF8View) -> String {
        if digits.count < 20, let number = UInt64(digits.isEmpty ? "0" : Substring(digits)) { return String(number, radix: 16) }
        // The lowest limb first.
        var limbs: [UInt32] = []
        for digit in digits {
            var carry = UInt64(digit - 0x30)
            for index in limbs.indices {
                carry += UInt64(limbs[index]) * 10
                limbs[index] = UInt32(truncatingIfNeeded: carry)
                carry >>= 32
            }
            if carry > 0 { limbs.append(UInt32(carry)) }
        }
        return limbs.reversed().enumerated().map { index, limb in
            let text = String(limb, radix: 16)
            return index == 0 ? text : String(repeating: "0", count: 8 - text.count) + text
        }.joined()
    }
}
