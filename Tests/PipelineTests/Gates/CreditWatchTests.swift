import Testing
import Time

@testable import SMSPipeline

@Suite struct CreditWatchTests {
    private let start = MonotonicInstant(nanoseconds: 3_600_000_000_000)

    @Test func itAsksAtOnceThenEachMinuteWhileMessagesAreAcceptedElseEachTenMinutes() {
        var watch = CreditWatch()
        #expect(watch.isDue(at: start))
        watch.asked(at: start)
        #expect(!watch.isDue(at: start + .seconds(599)) && watch.isDue(at: start + .seconds(600)))
        watch.spent()
        #expect(!watch.isDue(at: start + .seconds(59)) && watch.isDue(at: start + .seconds(60)))
        watch.asked(at: start + .seconds(60))
        #expect(!watch.isDue(at: start + .seconds(120)))
    }

    @Test func theForecastIsThatOfThePaceOfTheLastHour() {
        var watch = CreditWatch()
        #expect(watch.credits == nil && watch.hoursLeft == nil)
        watch.answered(10_000, at: start)
        #expect(watch.credits == 10_000 && watch.hoursLeft == nil, "one answer has no pace")
        watch.answered(9_000, at: start + .seconds(1_800))
        #expect(watch.hoursLeft == 4.5)
        // A quiet hour follows: the pace before it does not count for ever.
        for minute in 31...91 { watch.answered(9_000, at: start + .seconds(minute * 60)) }
        #expect(watch.hoursLeft == .infinity)
        watch.answered(0, at: start + .seconds(92 * 60))
        #expect(watch.hoursLeft == 0)
        for minute in 93...160 { watch.answered(0, at: start + .seconds(minute * 60)) }
        #expect(watch.hoursLeft == 0, "nothing lasts no time, spent or not")
    }

    @Test func aTopUpBeginsAnew() {
        var watch = CreditWatch()
        watch.answered(1_000, at: start)
        watch.answered(100, at: start + .seconds(600))
        watch.answered(50_100, at: start + .seconds(660))
        #expect(watch.credits == 50_100 && watch.hoursLeft == nil)
        watch.answered(50_000, at: start + .seconds(1_260))
        #expect(watch.hoursLeft.map { abs($0 - 500.0 / 6) < 1e-9 } == true)
    }

    /// Each refusal may ask for the balance.
    @Test func manyAnswersAreNotKept() {
        var watch = CreditWatch()
        for number in 0..<100_000 { watch.answered(Int64(200_000 - number), at: start + .milliseconds(number * 50)) }
        #expect(watch.credits == 100_001)
        #expect(watch.hoursLeft.map { abs($0 - 100_001.0 / 72_000) < 0.01 } == true)
        #expect(watch.answerCount <= 130)
    }
}
