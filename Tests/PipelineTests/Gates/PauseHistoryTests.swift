import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

struct PauseHistoryTests {
    @Test func itCountsEveryPausedSecondOnce() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            var history = PauseHistory()
            var pausedSeconds = Set<Int>()
            var isPaused = false
            for second in 0..<60 {
                if generator.oneIn(6) {
                    isPaused = true
                    history.begin(at: instant(second))
                } else if generator.oneIn(6) {
                    isPaused = false
                    history.end(at: instant(second))
                }
                if isPaused { pausedSeconds.insert(second) }
                let start = generator.below(second + 1)
                let counted = history.duration(since: instant(start), until: instant(second + 1))
                let expected = pausedSeconds.filter { $0 >= start }.count
                guard counted == .seconds(expected) else { return "\(counted) from \(start) to \(second + 1), not \(expected) s" }
                guard history.isPaused == isPaused else { return "isPaused is \(history.isPaused)" }
            }
            return nil
        }
        #expect(failure == nil)
    }

    @Test func forgettingNeverMakesAnAgeLarger() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            var exact = PauseHistory(capacity: 1_000)
            var short = PauseHistory(capacity: 3)
            var second = 0
            for _ in 0..<20 {
                second += 1 + generator.below(5)
                exact.begin(at: instant(second))
                short.begin(at: instant(second))
                second += 1 + generator.below(5)
                exact.end(at: instant(second))
                short.end(at: instant(second))
                let start = generator.below(second)
                let a = exact.duration(since: instant(start), until: instant(second))
                let b = short.duration(since: instant(start), until: instant(second))
                guard b >= a, b <= .seconds(second - start) else { return "\(b) instead of \(a) or more" }
            }
            return nil
        }
        #expect(failure == nil)
    }

    /// What ledgers tell of the same time counts once, in whatever order and however often it comes, and beside what is known.
    @Test func whatIsToldTwiceCountsOnce() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            var history = PauseHistory()
            var paused: Set<Int> = []
            if generator.oneIn(2) {
                history.begin(at: instant(40))
                if generator.oneIn(2) { history.end(at: instant(50)) }
                paused.formUnion(40..<(history.isPaused ? 100 : 50))
            }
            for _ in 0..<generator.below(6) {
                let begin = generator.below(90)
                let end = begin + generator.below(100 - begin)
                history.insert(instant(begin), instant(end))
                paused.formUnion(begin..<end)
            }
            let start = generator.below(100)
            let counted = history.duration(since: instant(start), until: instant(100))
            guard counted == .seconds(paused.count { $0 >= start }) else { return "\(counted) since \(start)" }
            let told = history.pauses(most: 8, since: instant(start), until: instant(100))
            var again = PauseHistory()
            for pause in told.reversed() { again.insert(pause.begin, pause.end) }
            guard again.duration(since: instant(start), until: instant(100)) == counted else { return "another process hears of less" }
            return nil
        }
        #expect(failure == nil)
    }

    private func instant(_ second: Int) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(second) * 1_000_000_000) }
}
