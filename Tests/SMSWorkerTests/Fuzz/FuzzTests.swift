import TestSupport
import Testing

/// A short run of every target, by mutation of its corpus; `scripts/fuzz` looks further, led by coverage.
@Suite struct FuzzTests {
    private static let spice: [[UInt8]] =
        ["\"", "\\", "{", "}", "[", "]", ",", ":", "null", "\\u", "TPL_ID_", "=", "-", "0", "\n", "\r"].map { Array($0.utf8) }
        + [
            [0], [0xFF], [0xC2], [0x7F], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x98, 0x80], [0xEF, 0xBB, 0xBF], Array(repeating: 0xFF, count: 8),
        ]

    @Test(arguments: FuzzTarget.allCases) func theCorpusAndWhatDamageMakesOfItAreTaken(_ target: FuzzTarget) {
        let corpus = target.corpus
        for text in corpus { #expect(target.finding(text) == nil) }
        let failure = RandomSchedules.firstFailure(of: 3_000) { random in
            var bytes = corpus[random.below(corpus.count)]
            for _ in 0..<1 + random.below(4) { Self.damage(&bytes, &random) }
            return target.finding(bytes).map { "\($0): \(bytes)" }
        }
        #expect(failure == nil)
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let index = random.below(bytes.count + 1)
        switch random.below(5) {
        case 0 where index < bytes.count: bytes[index] ^= 1 << UInt8(random.below(8))
        case 1: bytes.insert(contentsOf: spice[random.below(spice.count)], at: index)
        case 2: bytes.removeSubrange(index..<min(bytes.count, index + 1 + random.below(8)))
        case 3 where index < bytes.count: bytes[index] = UInt8(random.below(256))
        default: bytes += bytes.prefix(index)
        }
        if bytes.count > 4_096 { bytes.removeSubrange(4_096...) }
    }
}
