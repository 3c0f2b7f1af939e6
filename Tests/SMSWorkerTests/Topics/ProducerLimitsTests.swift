import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct ProducerLimitsTests {
    private func setting(_ key: String, _ limits: ProducerLimits, _ properties: [(key: String, value: String)] = []) -> Int? {
        limits.properties(beside: KafkaProperties(properties)).last { $0.key == key }.flatMap { Int($0.value) }
    }

    /// A broker measures the batch, whatever it is made of; one topic's limit is every batch's.
    @Test(arguments: [24_576, 65_536, 200_000, 1_048_588]) func aBatchStaysBelowTheSmallestLimit(_ limit: Int) throws {
        let limits = ProducerLimits(message: 1_114_124, batch: limit)
        let size = try #require(setting("batch.size", limits))
        #expect(size < limit && size <= 1_000_000 && size > limit * 7 / 8)
        #expect(setting("message.max.bytes", limits) == 1_114_124)
    }

    @Test func theOperatorMayMakeBatchesSmallerAndRecordsLarger() {
        let limits = ProducerLimits(message: 1_114_124, batch: 65_536)
        #expect(setting("batch.size", limits, [("batch.size", "16384")]) == 16_384)
        #expect(setting("batch.size", limits, [("batch.size", "900000")]) == 61_440)
        #expect(setting("message.max.bytes", limits, [("message.max.bytes", "2000000")]) == 2_000_000)
        #expect(setting("message.max.bytes", limits, [("message.max.bytes", "1000")]) == 1_114_124)
    }
}
