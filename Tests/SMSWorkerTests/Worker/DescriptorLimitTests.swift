import Testing

@testable import SMSWorker

@Suite struct DescriptorLimitTests {
    @Test(arguments: [
        (97, 1_024, 1_024, DescriptorLimit.Decision.enough), (97, 547, 547, .enough), (97, 256, 4_096, .raise(to: 547)),
        (97, 256, 512, .tooLow(limit: 512)), (4_129, 1_024, 1_048_576, .raise(to: 12_643)), (4_129, 1_024, 4_096, .tooLow(limit: 4_096)),
    ])
    func threeForEachConnectionAndRoomForKafka(connections: Int, soft: Int, hard: Int, decision: DescriptorLimit.Decision) {
        #expect(DescriptorLimit(connections: connections).decision(soft: soft, hard: hard) == decision)
    }

    @Test func theSentenceNamesKeysAndLimits() throws {
        // No kernel gives so many.
        let sentence = try #require(DescriptorLimit(connections: 1 << 40).makeRoom())
        #expect(sentence.hasPrefix("SEND_MAX_IN_FLIGHT, TRACK_MAX_IN_FLIGHT: ") && sentence.contains("LimitNOFILE"))
        #expect(DescriptorLimit(connections: 1).makeRoom() == nil)
    }
}
