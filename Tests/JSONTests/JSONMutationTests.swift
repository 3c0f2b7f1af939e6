import Foundation
import JSON
import Testing

/// Random damage to valid texts: never a crash, what is taken reads back the same, and Foundation's reader agrees.
@Suite struct JSONMutationTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
            return z ^ z >> 31
        }
    }

    private let interesting: [UInt8] =
        Array("{}[]:,\"\\/u0123456789eE+-.tfn \n\t".utf8) + [0, 0x1F, 0x7F, 0x80, 0xC2, 0xD0, 0xED, 0xA0, 0xF0, 0x9F, 0xFF]

    private func damaged(_ text: [UInt8], by random: inout Random) -> [UInt8] {
        var text = text
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let index = Int.random(in: 0...text.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: text.insert(interesting.randomElement(using: &random)!, at: index)
            case 1 where index < text.count: text[index] = interesting.randomElement(using: &random)!
            case 2 where index < text.count: text.remove(at: index)
            case 3: text.removeSubrange(index..<min(text.count, index + Int.random(in: 0..<4, using: &random)))
            default: break
            }
        }
        return text
    }

    private func foundationTakes(_ text: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)) != nil
    }

    /// Foundation takes a comma at the end of an array, guesses at UTF-16 where it sees a zero byte, and refuses a number beyond Double.
    private func isKnownDifference(_ text: [UInt8]) -> Bool {
        if text.contains(0) { return true }
        if foundationTakes(text) { return (try? JSONValue(parsing: text, options: .configuration)) != nil }
        return text.contains(UInt8(ascii: "e")) || text.contains(UInt8(ascii: "E"))
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func damage(seed: UInt64) throws {
        var random = Random(state: seed)
        let texts = JSONCorpus.valid.map { Array($0.utf8) }
        for round in 0..<3_000 {
            let text = damaged(texts.randomElement(using: &random)!, by: &random)
            let mine: JSONValue?
            do {
                mine = try JSONValue(parsing: text)
            } catch {
                mine = nil
                #expect((0...text.count).contains(error.offset), "seed \(seed), round \(round)")
            }
            let readerTakes = text.withUnsafeBytes { bytes in
                var reader = JSONReader(bytes)
                do {
                    try reader.skipValue()
                    try reader.finish()
                    return true
                } catch { return false }
            }
            _ = try? JSONValue(parsing: text, options: .configuration)
            if let mine {
                #expect(readerTakes)
                var writer = JSONWriter()
                writer.value(mine)
                #expect(try JSONValue(parsing: writer.bytes) == mine, "seed \(seed), round \(round)")
            }
            if readerTakes != foundationTakes(text), !isKnownDifference(text) {
                Issue.record("seed \(seed), round \(round): \(readerTakes ? "only we take" : "only Foundation takes") \(text)")
            }
        }
    }
}
