import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

struct ClockGuardTests {
    private func instant(_ milliseconds: Int) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(milliseconds) * 1_000_000) }

    @Test func noLeaseOutlivesAPauseOrHalfASession() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            var clock = ClockGuard(heartbeatInterval: .seconds(3), sessionTimeout: .seconds(15))
            var turns: [Int] = []
            var leases: [Int] = []
            var now = 0
            for _ in 0..<40 {
                now += generator.oneIn(15) ? generator.below(20_000) : generator.below(1_100)
                if generator.oneIn(3) {
                    if clock.mayLease(at: instant(now)) { leases.append(now) }
                } else {
                    let gap = turns.last.map { now - $0 } ?? 0
                    let stood = clock.turn(at: instant(now))
                    guard stood == (gap > 3_000 ? .milliseconds(gap) : nil) else { return "a gap of \(gap) ms, told \(stood as Any)" }
                    turns.append(now)
                }
                // The rule again, from the whole history: gaps end at turns; the last one may not have ended yet.
                let gapEnds = zip(turns, turns.dropFirst()).filter { $1 - $0 > 3_000 }.map(\.1)
                let isTurning = turns.last.map { now - $0 <= 3_000 } ?? true
                let mayLease = isTurning && gapEnds.allSatisfy { now >= $0 + 4_000 }
                guard clock.mayLease(at: instant(now)) == mayLease else { return "mayLease at \(now) is not \(mayLease)" }
                if let again = clock.leasesAgain(at: instant(now)) {
                    guard gapEnds.last.map({ instant($0 + 4_000) }) == again else { return "leases again at \(again)" }
                }
                for taken in leases {
                    let isValid = isTurning && now - taken < 7_500 && gapEnds.allSatisfy { taken >= $0 + 4_000 }
                    guard clock.isValid(Lease(takenAt: instant(taken)), at: instant(now)) == isValid else {
                        return "the lease of \(taken) at \(now) is not \(isValid)"
                    }
                }
            }
            return nil
        }
        #expect(failure == nil)
    }

    @Test func aLeaseEndsExactlyAtHalfTheSession() {
        let lease = Lease(takenAt: instant(1_000))
        #expect(lease.isFresh(at: instant(8_499), sessionTimeout: .seconds(15)))
        #expect(!lease.isFresh(at: instant(8_500), sessionTimeout: .seconds(15)))
        #expect(!lease.isFresh(at: instant(999), sessionTimeout: .seconds(15)))
    }
}
