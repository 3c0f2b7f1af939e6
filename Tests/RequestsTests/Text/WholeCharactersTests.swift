import TestSupport
import Testing

@testable import Requests

@Suite struct WholeCharactersTests {
    @Test(arguments: ["я", "€", "😀"]) func aCutNeverFallsWithinACharacter(_ character: String) {
        let size = character.utf8.count
        let text = "a" + String(repeating: character, count: 9)
        for limit in 0...text.utf8.count + 1 {
            let cut = WholeCharacters.prefix(of: text, limit: limit)
            let expected = limit == 0 ? 0 : min(text.utf8.count, 1 + (limit - 1) / size * size)
            #expect(Array(text.utf8.prefix(expected)) == cut, "\(limit)")
        }
    }

    @Test func nothingElseIsTakenOff() {
        for bytes: [UInt8] in [
            [], [0x61], [0x80], [0xFF], [0xC0], [0xF5], [0x61, 0x80, 0x80, 0x80, 0x80], [0xD1, 0x8F], [0xE2, 0x82, 0xAC],
        ] {
            #expect(WholeCharacters.trimmed(bytes) == bytes)
        }
        #expect(WholeCharacters.trimmed([0x61, 0xF0, 0x9F, 0x98]) == [0x61])
    }
}
