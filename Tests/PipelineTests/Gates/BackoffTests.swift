import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

struct BackoffTests {
    @Test(arguments: [(0, 0), (1, 1), (2, 2), (3, 4), (5, 16), (8, 128), (9, 256), (10, 300), (64, 300), (Int.max, 300)])
    func theCeilingDoublesUpToTheMaximum(failures: Int, seconds: Int) {
        #expect(Backoff().ceiling(failures: failures) == .seconds(seconds))
    }

    @Test func delaysStayWithinTheirBoundsAndFillThem() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            let base = Duration.milliseconds(generator.below(5_000))
            let maximum = Duration.milliseconds(generator.below(600_000))
            let backoff = Backoff(base: base, maximum: maximum)
            let failures = generator.below(80)
            let ceiling = backoff.ceiling(failures: failures)
            guard ceiling <= maximum || base == .zero else { return "ceiling \(ceiling) above \(maximum)" }
            let delay = backoff.delay(failures: failures, using: &generator)
            guard delay >= .zero, delay <= ceiling else { return "delay \(delay) outside 0…\(ceiling)" }
            let steady = backoff.steadyDelay(failures: failures, using: &generator)
            guard steady >= ceiling / 2 - .nanoseconds(1), steady <= ceiling else {
                return "steady \(steady) outside the upper half of \(ceiling)"
            }
            return nil
        }
        #expect(failure == nil)
    }

    @Test func fullJitterIsUniform() {
        var generator = SeededGenerator(seed: 7)
        let backoff = Backoff(base: .seconds(1), maximum: .seconds(60))
        var tenths = [Int](repeating: 0, count: 10)
        for _ in 0..<10_000 {
            let delay = backoff.delay(failures: 4, using: &generator)
            tenths[min(9, Int(delay / .milliseconds(800)))] += 1
        }
        #expect(tenths.allSatisfy { (850...1_150).contains($0) })
    }

    @Test func hugeValuesDoNotOverflow() {
        var generator = SeededGenerator(seed: 1)
        let backoff = Backoff(base: .seconds(Int64.max / 2), maximum: .seconds(Int64.max / 2))
        #expect(backoff.delay(failures: 50, using: &generator) >= .zero)
        #expect(Backoff(base: .seconds(-1), maximum: .seconds(-1)).ceiling(failures: 3) == .zero)
    }
}
