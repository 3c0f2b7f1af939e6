import PipelineSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

@Suite struct TemplateListTests {
    private let start = MonotonicInstant(nanoseconds: 3_600_000_000_000)
    private let name = Array("TPL_ID_7".utf8)

    @Test func itIsAskedForOnceAndAgainOnlyWhereItIsUsed() {
        var list = TemplateList(at: start)
        func due(after seconds: Int) -> Bool { list.isDue(at: start + .seconds(seconds)) }
        func isMissed(_ answer: TemplatesAnswer, after seconds: Int) -> Bool { list.answered(answer, at: start + .seconds(seconds)) }
        #expect([due(after: 0), due(after: 0)] == [true, false], "one question at a time")
        #expect([isMissed(.failed(reason: "x"), after: 0), due(after: 3_600)] == [false, false], "nobody misses it")
        let look = list.look(name)
        #expect(look == .notKnown)
        #expect([due(after: 10), isMissed(.failed(reason: "x"), after: 10)] == [true, true])
        #expect([due(after: 29), due(after: 30)] == [false, true])
        #expect([isMissed(.known([name: 2]), after: 30), due(after: 629), due(after: 630)] == [false, false, true])
    }

    @Test func whatWasKnownOfItCounts() {
        var list = TemplateList(at: start)
        _ = list.answered(.known([name: 2]), at: start)
        let known = [list.look(name), list.look(Array("TPL_ID_8".utf8))]
        #expect(known == [.parts(2), .missing])
        _ = list.answered(.failed(reason: "x"), at: start)
        let kept = list.look(name)
        #expect(kept == .parts(2))
        _ = list.answered(.known([:]), at: start)
        let gone = list.look(name)
        #expect(gone == .missing)
    }
}
