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
        #expect(list.isDue(at: start) && !list.isDue(at: start), "one question at a time")
        #expect(!list.answered(.failed(reason: "x"), at: start), "nobody misses it")
        #expect(list.isDue(at: start + .seconds(3_600)) == false)
        #expect(list.look(name) == .notKnown)
        #expect(list.isDue(at: start + .seconds(10)) == true)
        #expect(list.answered(.failed(reason: "x"), at: start + .seconds(10)))
        #expect(list.isDue(at: start + .seconds(29)) == false && list.isDue(at: start + .seconds(30)))
        #expect(!list.answered(.known([name: 2]), at: start + .seconds(30)))
        #expect(list.isDue(at: start + .seconds(629)) == false && list.isDue(at: start + .seconds(630)))
    }

    @Test func whatWasKnownOfItCounts() {
        var list = TemplateList(at: start)
        _ = list.answered(.known([name: 2]), at: start)
        #expect(list.look(name) == .parts(2) && list.look(Array("TPL_ID_8".utf8)) == .missing)
        _ = list.answered(.failed(reason: "x"), at: start)
        #expect(list.look(name) == .parts(2))
        _ = list.answered(.known([:]), at: start)
        #expect(list.look(name) == .missing)
    }
}
