/// What a text is on the air: its alphabet, and the parts that it takes. Each part is paid for.
///
///     MessageParts("Код 1234").count                              // 1
///     MessageParts(String(repeating: "ы", count: 71)).count       // 2
///
/// Texts of the GSM alphabet (GSM 03.38 and its extension table) have room for 160 septets, or 153 in each of several parts; all others
/// are UCS-2, 70 or 67 units. The provider documents no rule of its own.
public struct MessageParts: Equatable, Sendable {
    public enum Alphabet: String, Equatable, Sendable {
        case gsm = "GSM-7"
        case ucs2 = "UCS-2"
    }

    /// At least 1.
    public let count: Int
    public let alphabet: Alphabet
    /// Septets or UTF-16 units, by the alphabet.
    public let length: Int
    /// As UTF-16.
    package let units: Int
    package let isValidUTF8: Bool

    public init(_ text: String) {
        var text = text
        self = text.withUTF8 { MessageParts(utf8: UnsafeRawBufferPointer($0)) }
    }

    /// - Parameter text: a byte that is no UTF-8 counts as one character outside the GSM alphabet.
    package init(utf8 text: UnsafeRawBufferPointer) {
        var gsm = PartCutter(single: 160, multiple: 153)
        var ucs2 = PartCutter(single: 70, multiple: 67)
        var isGSM = true
        var isValid = true
        var index = 0
        while index < text.count {
            let scalar = UTF8Scalar(text, at: index)
            index += scalar.length
            if scalar.value == nil { isValid = false }
            let septets = scalar.value.map(GSMAlphabet.septets) ?? 0
            if septets == 0 { isGSM = false }
            gsm.add(septets)
            ucs2.add(scalar.units)
        }
        alphabet = isGSM ? .gsm : .ucs2
        count = isGSM ? gsm.parts : ucs2.parts
        length = isGSM ? gsm.units : ucs2.units
        units = ucs2.units
        isValidUTF8 = isValid
    }

    /// The text of each part.
    public static func split(_ text: String) -> [String] {
        let whole = MessageParts(text)
        guard whole.count > 1 else { return [text] }
        let isGSM = whole.alphabet == .gsm
        var cutter = isGSM ? PartCutter(single: 160, multiple: 153) : PartCutter(single: 70, multiple: 67)
        var parts = [String.UnicodeScalarView()]
        for scalar in text.unicodeScalars {
            let begins = cutter.add(isGSM ? GSMAlphabet.septets(scalar.value) : scalar.value > 0xFFFF ? 2 : 1)
            if begins { parts.append(String.UnicodeScalarView()) }
            parts[parts.count - 1].append(scalar)
        }
        return parts.map(String.init)
    }
}
