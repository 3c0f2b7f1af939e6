import TestSupport
import Testing

@testable import SMSText

/// The octets of a text's parts: both alphabets, and every boundary between one part and more.
@Suite struct TextSegmentsTests {
    private static func text(_ character: String, _ count: Int) -> String { String(repeating: character, count: count) }

    private func lengths(_ text: String) throws -> [Int] {
        try TextSegments(text, as: .best(for: text, narrow: .gsm)).parts.map(\.count)
    }

    /// Octets of each part: unpacked septets, or two a UTF-16 unit.
    @Test(arguments: [
        ("", [0]), (text("a", 160), [160]), (text("a", 161), [153, 8]), (text("a", 306), [153, 153]), (text("a", 307), [153, 153, 1]),
        (text("ы", 70), [140]), (text("ы", 71), [134, 8]), (text("ы", 134), [134, 134]), (text("ы", 135), [134, 134, 2]),
        (text("€", 80), [160]), (text("€", 81), [152, 10]), (text("a", 152) + "€" + text("b", 20), [152, 22]),
        (text("a", 151) + "€" + text("b", 20), [153, 20]), (text("a", 158) + "€", [160]), (text("a", 159) + "€", [153, 8]),
        (text("😀", 35), [140]), (text("😀", 36), [132, 12]), (text("ы", 66) + "😀" + text("я", 9), [132, 22]),
        (text("ы", 65) + "😀" + text("я", 9), [134, 18]), (text("ы", 68) + "😀", [140]), (text("ы", 69) + "😀", [134, 8]),
    ])
    func aTextFillsItsParts(text: String, octets: [Int]) throws { #expect(try lengths(text) == octets) }

    /// 3GPP TS 23.038, 6.2.1: the table in the order of its codes.
    @Test func theAlphabetHasItsCodes() throws {
        let table =
            "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
            + "¿abcdefghijklmnopqrstuvwxyzäöñüà"
        let codes = (0..<128).map(UInt8.init).filter { $0 != 0x1B }
        #expect(try TextSegments(table, as: .gsm).parts == [codes])
        #expect(
            try TextSegments("\u{0C}^{}\\[~]|€", as: .gsm).parts == [
                [0x0A, 0x14, 0x28, 0x29, 0x2F, 0x3C, 0x3D, 0x3E, 0x40, 0x65].flatMap { [0x1B, $0] }
            ])
    }

    /// The figures of a character and its octets come of two tables.
    @Test func everyCharacterTakesAsManySeptetsAsAreCounted() {
        let wrong = (UInt32(0)..<0x3000).filter { scalar in
            var octets: [UInt8] = []
            let isThere = GSMAlphabet.append(scalar, to: &octets)
            return octets.count != GSMAlphabet.septets(scalar) || isThere != !octets.isEmpty
        }
        #expect(wrong == [])
    }

    @Test func otherTextsAreUTF16WithTheirHighOctetFirstAndNoMark() throws {
        #expect(try TextSegments("ўЫ’😀", as: .ucs2).parts == [[0x04, 0x5E, 0x04, 0x2B, 0x20, 0x19, 0xD8, 0x3D, 0xDE, 0x00]])
    }

    @Test(arguments: ["`", "ç", "á", "\t", "№", "«a»", "—", "“", "Привет", "Слава, ’ і ё"])
    func aTextOutsideTheAlphabetIsUCS2(text: String) { #expect(TextCoding.best(for: text, narrow: .gsm) == .ucs2) }

    /// Letters of both stay on the air what they are: a centre that wants Latin-1 cuts nothing otherwise.
    @Test func aCentreMayTakeItsTextsInAnotherNarrowCoding() throws {
        #expect(TextCoding.best(for: "Grüße @_$ ñ", narrow: .latin1) == .latin1)
        #expect(try TextSegments("@ü_", as: .latin1).parts == [[0x40, 0xFC, 0x5F]])
        #expect(TextCoding.best(for: "5 €", narrow: .latin1) == .ucs2)
        #expect(TextCoding.best(for: "Grüße", narrow: .ascii) == .ucs2 && TextCoding.best(for: "hi_@", narrow: .ascii) == .ascii)
        #expect(TextCoding.best(for: "±", narrow: .latin1) == .ucs2, "it is in Latin-1 and not on the air")
        #expect(TextCoding.best(for: "a", narrow: .ucs2) == .ucs2)
        // A bracket is one octet there and two septets on the air.
        #expect(try TextSegments(Self.text("[", 81), as: .latin1).parts.map(\.count) == [76, 5])
    }

    @Test func whatTheCodingDoesNotCarryIsAnError() {
        #expect(throws: TextSegmentsError.notCarried) { try TextSegments("ы", as: .gsm) }
        #expect(throws: TextSegmentsError.notCarried) { try TextSegments("ü", as: .ascii) }
        #expect(throws: TextSegmentsError.notCarried) { try TextSegments("Δ", as: .latin1) }
    }

    @Test func aMessageHasAtMost255Parts() throws {
        #expect(try TextSegments(Self.text("ы", 255 * 67), as: .ucs2).parts.count == 255)
        #expect(throws: TextSegmentsError.tooManyParts) { try TextSegments(Self.text("ы", 255 * 67 + 1), as: .ucs2) }
        #expect(try TextSegments(Self.text("a", 255 * 153), as: .gsm).parts.count == 255)
        #expect(throws: TextSegmentsError.tooManyParts) { try TextSegments(Self.text("a", 255 * 153 + 1), as: .gsm) }
    }

    /// Parts are what is counted and charged elsewhere, and together they are the text.
    @Test func randomTextsGoIntoAsManyPartsAsAreCounted() {
        let characters = Array("ab €[@ы😀ў").map(String.init)
        let failure = RandomSchedules.firstFailure(of: 1_000) { random in
            let kinds = Array(characters.prefix(random.oneIn(2) ? 6 : 9))
            let text = (0..<random.below(400)).map { _ in kinds[random.below(kinds.count)] }.joined()
            let coding = TextCoding.best(for: text, narrow: .gsm)
            guard let segments = try? TextSegments(text, as: coding) else { return "\(text): no parts" }
            let texts = MessageParts.split(text)
            guard segments.parts.count == texts.count else { return "\(text): \(segments.parts.count) for \(texts.count)" }
            if coding == .gsm { return segments.parts.contains { $0.last == 0x1B } ? "\(text): an escape alone" : nil }
            let read = segments.parts.map { octets in
                String(
                    decoding: stride(from: 0, to: octets.count, by: 2).map { UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]) },
                    as: UTF16.self)
            }
            return read == texts ? nil : "\(text): \(read)"
        }
        #expect(failure == nil)
    }
}
