import Testing
import Time

@testable import SMSPipeline

@Suite struct StuckHistoryTests {
    private let now = MonotonicInstant(nanoseconds: 3_600_000_000_000)

    private func again(_ history: inout StuckHistory, isExplained: Bool, after duration: Duration) -> Bool {
        history.happened(isExplained: isExplained, at: now + duration) == .again
    }

    @Test func theSecondWithinAnHourEndsTheProcess() {
        var history = StuckHistory()
        let verdicts = [Duration.zero, .seconds(3_600), .seconds(7_199)].map { again(&history, isExplained: false, after: $0) }
        #expect(verdicts == [true, true, false], "an hour after the first it is the first again")
    }

    @Test func troubleOfTheBrokersExplainsAFewAndNotFive() {
        var history = StuckHistory()
        let verdicts = (0..<5).map { again(&history, isExplained: true, after: .seconds($0)) }
        #expect(verdicts == [true, true, true, true, false])
    }

    @Test func anOverdueCallHangsAtTheThirdTickInARow() {
        var call = OverdueCall()
        let ticks = [true, true, false, true, true, true, true, true, true].map { call.hangs(isOverdue: $0) }
        #expect(ticks == [false, false, false, false, false, true, false, false, true])
    }
}
