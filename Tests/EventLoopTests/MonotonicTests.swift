import EventLoop
import Testing
import Time

@Suite struct MonotonicTests {
    @Test func neverGoesBack() {
        var last = MonotonicInstant.now
        for _ in 0..<10_000 {
            let next = MonotonicInstant.now
            guard next >= last else {
                Issue.record("\(next) came after \(last)")
                return
            }
            last = next
        }
    }

    @Test func durationsAreClampedNotTrapped() {
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
        #expect(Duration.seconds(Int64.min).nanoseconds == .min)
        #expect(Duration.seconds(Int64.max).milliseconds == .max)
        #expect(Duration.seconds(Int64.min).milliseconds == .min)
        #expect(Duration.microseconds(1_999).milliseconds == 1)
        #expect(Duration.microseconds(-1_999).milliseconds == -1)
        #expect(Duration.nanoseconds(-1_500_000_001).nanoseconds == -1_500_000_001)
    }

    @Test func differencesAndSums() {
        let instant = MonotonicInstant(nanoseconds: 5_000_000)
        #expect((instant + .milliseconds(2)).nanoseconds == 7_000_000)
        #expect((instant - .milliseconds(7)).nanoseconds == -2_000_000)
        #expect(instant - MonotonicInstant(nanoseconds: 1) == .nanoseconds(4_999_999))
        let time = WallTime(milliseconds: 1_000)
        #expect(time + .seconds(2) == WallTime(milliseconds: 3_000))
        #expect(time - WallTime(milliseconds: 3_000) == .seconds(-2))
        #expect(WallTime.now > WallTime(milliseconds: 1_700_000_000_000))
    }
}
