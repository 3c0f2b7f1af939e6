import PipelineSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

@Suite struct SenderListTests {
    private let start = MonotonicInstant(nanoseconds: 3_600_000_000_000)
    private let shop = Array("Shop")

    @Test func onlyAPolicyThatLooksAsks() {
        var (allow, warn) = (SenderList(.allow, at: start), SenderList(.warn, at: start))
        #expect(allow.isDue(at: start + .seconds(86_400)) == false)
        #expect(warn.isDue(at: start) && !warn.isDue(at: start), "one question at a time")
    }

    @Test func itIsAskedAgainEveryTenMinutesAndSoonerAfterAFailure() {
        var list = SenderList(.reject, at: start)
        var now = start
        var waits: [Duration] = []
        #expect(list.isDue(at: now) == true)
        for _ in 0..<9 {
            list.answered(.failed(reason: "x"), at: now)
            var wait = Duration.zero
            while !list.isDue(at: now + wait) { wait += .seconds(10) }
            waits.append(wait)
            now = now + wait
        }
        #expect(waits == [10, 20, 40, 80, 160, 320, 600, 600, 600].map { .seconds($0) })
        list.answered(.usable([shop]), at: now)
        #expect(list.isDue(at: now + .seconds(599)) == false && list.isDue(at: now + .seconds(600)))
    }

    @Test func whatIsNotKnownStopsNobody() {
        var list = SenderList(.reject, at: start)
        #expect(list.verdict(Array("Bank")) == .fine, "not asked yet")
        list.answered(.failed(reason: "x"), at: start)
        #expect(list.verdict(Array("Bank")) == .fine)
        list.answered(.usable([shop]), at: start)
        #expect(list.verdict(Array("Bank")) == .reject && list.verdict(shop) == .fine && list.verdict(nil) == .fine)
        list.answered(.failed(reason: "x"), at: start)
        #expect(list.verdict(Array("Bank")) == .reject && list.verdict(shop) == .fine, "what was known of it still counts")
        list.answered(.usable([]), at: start)
        #expect(list.verdict(shop) == .reject, "it is none any more")
    }

    @Test(arguments: [(SenderList.Policy.allow, SenderList.Verdict.fine), (.warn, .warn), (.reject, .reject)])
    func thePolicyDecides(policy: SenderList.Policy, verdict: SenderList.Verdict) {
        var list = SenderList(policy, at: start)
        list.answered(.usable([shop]), at: start)
        #expect(list.verdict(Array("shop")) == verdict, "letter by letter")
    }
}
