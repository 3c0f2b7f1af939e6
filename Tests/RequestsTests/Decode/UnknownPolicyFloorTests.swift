import Testing

@testable import Requests

@Suite struct UnknownPolicyFloorTests {
    @Test(arguments: [
        (UnknownPolicy.resend, UnknownPolicy.hold, UnknownPolicy.hold), (.resend, .fail, .fail), (.hold, .fail, .fail),
        (.fail, .hold, .fail),
        (.hold, .resend, .hold), (.resend, .resend, .resend),
    ])
    func aRequestAsksForMoreCareNeverForLess(asked: UnknownPolicy, floor: UnknownPolicy, result: UnknownPolicy) {
        #expect(asked.notMilder(than: floor) == result)
        #expect(asked.notMilder(than: nil) == asked)
    }
}
