import EventLoop
import SMSWorker
import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

struct FencingHistoryTests {
    @Test func onlyTheThirdThatNothingExplainsMeansARival() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            var history = FencingHistory()
            var explanations: [Int] = []
            var unexplained: [Int] = []
            var now = 0
            for _ in 0..<25 {
                now += generator.below(generator.oneIn(4) ? 400 : 40)
                let instant = MonotonicInstant(nanoseconds: Int64(now) * 1_000_000_000)
                switch generator.below(4) {
                case 0:
                    let gap = generator.below(12)
                    history.turnGap(.seconds(gap), at: instant)
                    if gap > 5 { explanations.append(now) }
                case 1:
                    if generator.oneIn(2) { break }
                    history.brokerTrouble(at: instant)
                    explanations.append(now)
                default:
                    let verdict = history.fenced(at: instant)
                    if !explanations.contains(where: { now - $0 <= 30 }) { unexplained.append(now) }
                    let recent = unexplained.filter { now - $0 < 600 }.count
                    let expected: FencingHistory.Verdict = recent >= 3 ? .exitRival : .rebuild(unexplained: recent)
                    guard verdict == expected else { return "\(verdict), not \(expected)" }
                }
            }
            return nil
        }
        #expect(failure == nil)
    }
}
