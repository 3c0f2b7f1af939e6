import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

struct RetryAfterGateTests {
    @Test func theLatestOfAllCountsUpToAnHour() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            var gate = RetryAfterGate()
            var opens = Int64.min
            var now: Int64 = 0
            for _ in 0..<30 {
                now += Int64(generator.below(600))
                if generator.oneIn(3) {
                    let seconds = Int64(generator.below(8_000)) - 500
                    gate.close(for: .seconds(seconds), at: MonotonicInstant(nanoseconds: now * 1_000_000_000))
                    opens = max(opens, now + min(3_600, max(0, seconds)))
                }
                let instant = MonotonicInstant(nanoseconds: now * 1_000_000_000)
                guard gate.mayBegin(at: instant) == (opens <= now) else { return "mayBegin is not \(opens <= now)" }
                let expected = opens <= now ? nil : MonotonicInstant(nanoseconds: opens * 1_000_000_000)
                guard gate.closedUntil(at: instant) == expected else { return "closed until \(gate.closedUntil(at: instant) as Any)" }
            }
            return nil
        }
        #expect(failure == nil)
    }
}
