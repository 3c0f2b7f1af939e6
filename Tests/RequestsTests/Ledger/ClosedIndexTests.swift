import PipelineSupport
import TestSupport
import Testing

@testable import Requests

@Suite struct ClosedIndexTests {
    @Test func itAgreesWithADictionary() {
        for seed in 0..<50 {
            var random = SeededGenerator(seed: UInt64(seed))
            var index = ClosedIndex()
            var model: [RequestHash: UInt32] = [:]
            let ids = (0..<200).map { RequestHash(id: Array("id-\(seed)-\($0)".utf8)) }
            for step in 0..<3_000 {
                let id = ids.randomElement(using: &random)!
                if Int.random(in: 0..<3, using: &random) == 0 {
                    index.remove(id)
                    model[id] = nil
                } else {
                    index.insert(id, closedAt: Int64(step) * 1_000 + 5_000)
                    model[id] = ClosedIndex.second(Int64(step) * 1_000 + 5_000)
                }
                #expect(index.count == model.count, "seed \(seed)")
            }
            for id in ids { #expect(index.closedSecond(id) == model[id], "seed \(seed)") }
        }
    }

    @Test func whatHasItsRoomNeverGrows() {
        for capacity in [1, 16, 17, 1_000, 4_099] {
            var index = ClosedIndex(capacity: capacity)
            let bytes = index.bytes
            for number in 0..<capacity { index.insert(RequestHash(id: Array("id-\(number)".utf8)), closedAt: 5_000) }
            #expect(index.bytes == bytes && index.count == capacity, "\(capacity)")
            index.insert(RequestHash(id: Array("more".utf8)), closedAt: 5_000)
            var seen: Set<RequestHash> = []
            index.visitAll { hash, second in
                seen.insert(hash)
                if second != 5 { Issue.record("closed in second \(second)") }
            }
            #expect(seen.count == capacity + 1)
        }
    }

    @Test func aClosedIDCostsLittleMemory() {
        var index = ClosedIndex()
        for number in 0..<100_000 { index.insert(RequestHash(id: Array("request-\(number)".utf8)), closedAt: 1) }
        #expect(Double(index.bytes) / 100_000 <= 26.5)
    }
}
