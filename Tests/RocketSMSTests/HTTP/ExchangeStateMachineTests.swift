import Testing

@testable import RocketSMS

/// What a failure proves, by how far the request had got.
@Suite struct ExchangeStateMachineTests {
    @Test(arguments: [(0, true), (1, true), (99, true), (100, false), (150, false), (300, false)])
    func aFailureIsUnknownOnceTheHeadIsOut(sent: Int, isNotSent: Bool) {
        var machine = ExchangeStateMachine()
        machine.begin(headLength: 100, length: 300)
        machine.wrote(sent)
        let expected: ExchangeFailure = isNotSent ? .notSent(.interrupted(.connectionBroken)) : .unknown(.connectionBroken)
        #expect(machine.fail(.connectionBroken) == .fail(expected))
        #expect(machine.state == .ended)
    }

    @Test func bytesGoOutInOrderAndAtMostOneTLSRecordAtATime() {
        var machine = ExchangeStateMachine()
        machine.begin(headLength: 10, length: 40_000)
        var ranges: [Range<Int>] = []
        while let range = machine.nextWrite {
            #expect(machine.nextWrite == range, "the same range until it is written")
            ranges.append(range)
            machine.wrote(range.count)
        }
        #expect(ranges == [0..<16_384, 16_384..<32_768, 32_768..<40_000])
        #expect(machine.state == .reading)
    }

    @Test func aConnectionIsFreeAgainOnlyAfterAWholeRequestAndAGoodAnswer() {
        for (sent, isReusable, expected) in [(50, true, true), (50, false, false), (49, true, false)] {
            var machine = ExchangeStateMachine()
            machine.begin(headLength: 10, length: 50)
            machine.wrote(sent)
            #expect(machine.received(.needsMore, isReusable: false) == .wait)
            #expect(machine.received(.complete, isReusable: isReusable) == .complete(isReusable: expected))
            #expect(machine.state == (expected ? .idle : .ended))
        }
    }
}
