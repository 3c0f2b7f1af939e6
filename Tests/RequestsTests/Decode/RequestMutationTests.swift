import PipelineSupport
import TestSupport
import Testing

@testable import Requests

/// Records damaged at random: none may crash the decoder, and what it admits keeps the bounds that the ledger counts on.
@Suite struct RequestMutationTests {
    private static let corpus: [[UInt8]] = [
        #"{"id":"ord-77","phone":"+375 29 689-00-43","text":"Код \u0031\ud83d\ude00","sender":"S","metadata":{"a":"b","\u0063":"\n"}}"#,
        #"{"phone":"375296890043","template":"TPL_ID_7","sendAt":"2026-11-24T09:00:00.5+03:00","expiresAt":"2026-11-24T09:05:00Z"}"#,
        #"{"phone":"375296890043","text":"TPL_ID_7","priority":false,"onUnknown":"hold","x":[{"a":[1,2.5e3,null]},"s",true]}"#,
        #"{"command":"resolve","id":"ord-77","as":"sent","messageId":"8767"}"#,
        #"{"specversion":"1.0","id":"e","source":"s","type":"t","data":{"phone":"375296890043","text":"a"}}"#,
        #"{"specversion":"1.0","id":"e","source":"s","type":"t","data_base64":"eyJwaG9uZSI6IjM3NTI5Njg5IiwidGV4dCI6ImEifQ=="}"#,
    ].map { Array($0) }
    private static let spice: [[UInt8]] =
        ["\"", "\\", "{", "}", "[", "]", ",", ":", "null", "\\u", "TPL_ID_", "=", "-", "0"].map { Array($0) }
        + [[0], [0xFF], [0xC2], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x98, 0x80]]

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func damagedRecordsAreJudged(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var counts = (requests: 0, commands: 0, deadLetters: 0)
        for _ in 0..<5000 {
            var value = Self.corpus[random.below(Self.corpus.count)]
            for _ in 0..<random.below(4) { Self.damage(&value, &random) }
            var headers: [(String, [UInt8]?)] = []
            if random.oneIn(3) { headers.append(("content-type", Array("application/cloudevents+json"))) }
            let names = random.oneIn(2) ? ["ce_specversion", "ce_id", "ce_source", "ce_type", "traceparent"] : []
            for name in names where random.oneIn(3) {
                headers.append((name, random.oneIn(4) ? nil : Array(random.oneIn(3) ? "1.0" : "\u{1F600}é")))
            }
            switch DecodedRecord(bytes: value, key: random.oneIn(2) ? nil : [UInt8(random.below(256))], headers: headers) {
            case .request(let request):
                counts.requests += 1
                #expect((8...15).contains(request.message.phone.count), "seed \(seed)")
                #expect((1...8000).contains(request.message.text.count) && (1...512).contains(request.echo.id.count), "seed \(seed)")
                #expect(String(validating: request.message.text, as: UTF8.self) != nil, "seed \(seed)")
                #expect(String(validating: request.echo.id, as: UTF8.self) != nil, "seed \(seed)")
                #expect((request.echo.metadata?.count ?? 0) <= 4096 && (request.message.sender?.count ?? 1) <= 44, "seed \(seed)")
            case .command(let command):
                counts.commands += 1
                #expect(!command.id.isEmpty, "seed \(seed)")
            case .deadLetter(let reason):
                counts.deadLetters += 1
                #expect(!reason.message.isEmpty, "seed \(seed)")
            }
        }
        #expect(counts.requests > 100 && counts.commands > 100 && counts.deadLetters > 100, "\(counts)")
    }

    private static func damage(_ value: inout [UInt8], _ random: inout SeededGenerator) {
        guard !value.isEmpty else { return }
        let index = random.below(value.count)
        switch random.below(6) {
        case 0: value[index] ^= 1 << UInt8(random.below(8))
        case 1: value.insert(contentsOf: spice[random.below(spice.count)], at: index)
        case 2: value.removeSubrange(index..<min(value.count, index + 1 + random.below(8)))
        case 3: value.insert(contentsOf: value[index..<min(value.count, index + 1 + random.below(32))], at: random.below(value.count))
        case 4: value.removeSubrange(index...)
        default: value.insert(contentsOf: [0, 0, 0, 0, 1], at: 0)
        }
    }
}
