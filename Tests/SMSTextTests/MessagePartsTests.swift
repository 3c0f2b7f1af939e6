import TestSupport
import Testing

@testable import SMSText

/// Parts by the standard: 160/153 septets, 70/67 units, and nothing that belongs together is cut.
@Suite struct MessagePartsTests {
    private static func text(_ character: String, _ count: Int) -> String { String(repeating: character, count: count) }

    @Test(arguments: [
        ("", 1, 0, MessageParts.Alphabet.gsm), (text("a", 160), 1, 160, .gsm), (text("a", 161), 2, 161, .gsm),
        (text("a", 306), 2, 306, .gsm),
        (text("a", 307), 3, 307, .gsm), (text("€", 80), 1, 160, .gsm), (text("€", 81), 2, 162, .gsm), (text("ы", 70), 1, 70, .ucs2),
        (text("ы", 71), 2, 71, .ucs2), (text("ы", 134), 2, 134, .ucs2), (text("ы", 135), 3, 135, .ucs2), (text("😀", 35), 1, 70, .ucs2),
        (text("😀", 36), 2, 72, .ucs2), ("Код 1234", 1, 8, .ucs2), ("`", 1, 1, .ucs2), ("ç", 1, 1, .ucs2), ("Çé", 1, 2, .gsm),
        ("[~]|\\^{}€\u{0C}", 1, 20, .gsm), ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà", 1, 65, .gsm),
    ])
    func aTextTakesItsParts(text: String, count: Int, length: Int, alphabet: MessageParts.Alphabet) {
        let parts = MessageParts(text)
        #expect((parts.count, parts.length, parts.alphabet) == (count, length, alphabet))
        #expect(MessageParts.split(text).joined() == text)
        #expect(MessageParts.split(text).count == count)
    }

    /// 153 is odd and 67 too: a pair that would straddle the cut moves on, and may cost another part.
    @Test func noPairIsDivided() {
        // 76 pairs of septets fill 152 of 153: so 3 parts for what 2 × 153 would hold.
        #expect(MessageParts(Self.text("€", 153)).count == 3)
        #expect(MessageParts(Self.text("😀", 67)).count == 3)
        #expect(MessageParts.split(Self.text("a", 152) + "€" + Self.text("b", 20)) == [Self.text("a", 152), "€" + Self.text("b", 20)])
        #expect(MessageParts.split(Self.text("ы", 66) + "😀" + Self.text("я", 9)) == [Self.text("ы", 66), "😀" + Self.text("я", 9)])
    }

    @Test func aByteThatIsNoTextCountsAsOneCharacter() {
        let parts = [UInt8(ascii: "a"), 0xCF, 0xF0, 0xED, 0xA0, 0x80].withUnsafeBytes { MessageParts(utf8: $0) }
        #expect(parts.alphabet == .ucs2 && parts.length == 6 && !parts.isValidUTF8)
    }

    @Test func badUTF8IsFound() {
        var random = SeededGenerator(seed: 7)
        let alphabet: [UInt8] = [UInt8(ascii: "a"), 0xC3, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0x98, 0x80, 0xED, 0xA0, 0xFF, 0xC0]
        for _ in 0..<20_000 {
            let bytes = (0..<random.below(12)).map { _ in alphabet[random.below(alphabet.count)] }
            let isValid = String(validating: bytes, as: UTF8.self) != nil
            #expect(bytes.withUnsafeBytes { MessageParts(utf8: $0).isValidUTF8 } == isValid, "\(bytes)")
        }
    }

    /// Against a cutter that fills one part after another.
    @Test func randomTextsAreCutLikeThePlainRule() {
        let characters = Array("ab €[ы😀").map(String.init)
        let failure = RandomSchedules.firstFailure(of: 2_000) { random in
            let kinds = Array(characters.prefix(random.oneIn(2) ? 5 : 7))
            let text = (0..<random.below(400)).map { _ in kinds[random.below(kinds.count)] }.joined()
            let parts = MessageParts(text)
            let isGSM = !text.contains("ы") && !text.contains("😀")
            let width = { (character: String) in isGSM ? ("€[".contains(character) ? 2 : 1) : character.utf16.count }
            let total = text.map { width(String($0)) }.reduce(0, +)
            var expected: [String] = [""]
            if total <= (isGSM ? 160 : 70) {
                expected = [text]
            } else {
                var room = isGSM ? 153 : 67
                for character in text.map(String.init) {
                    if width(character) > room {
                        expected.append("")
                        room = isGSM ? 153 : 67
                    }
                    expected[expected.count - 1] += character
                    room -= width(character)
                }
            }
            return MessageParts.split(text) == expected && parts.count == expected.count && parts.length == total
                ? nil : "\(text): \(parts.count) for \(expected.count)"
        }
        #expect(failure == nil)
    }
}
