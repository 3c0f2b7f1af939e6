internal import Requests
internal import Time

/// How long to wait before trying again. Doubles with each failure in a row, from `base` up to `maximum`, and is drawn at random
/// so that those who failed together do not come back together.
///
/// With the defaults (1 s, 5 min):
///
/// | failures in a row | `delay` (full jitter) | mean | `steadyDelay` |
/// | ---: | --- | ---: | --- |
/// | 1 | 0 … 1 s | 0.5 s | 0.5 … 1 s |
/// | 2 | 0 … 2 s | 1 s | 1 … 2 s |
/// | 3 | 0 … 4 s | 2 s | 2 … 4 s |
/// | 5 | 0 … 16 s | 8 s | 8 … 16 s |
/// | 8 | 0 … 128 s | 64 s | 64 … 128 s |
/// | 9 | 0 … 256 s | 128 s | 128 … 256 s |
/// | 10 and more | 0 … 300 s | 150 s | 150 … 300 s |
package struct Backoff: Equatable, Sendable {
    package let base: Duration
    package let maximum: Duration

    /// - Parameters:
    ///   - base: the most that is waited after the first failure (`SEND_BACKOFF`); a negative one counts as zero.
    ///   - maximum: the most that is ever waited (`SEND_BACKOFF_MAX`).
    package init(base: Duration = .seconds(1), maximum: Duration = .seconds(300)) {
        self.base = max(.zero, base)
        self.maximum = max(.zero, maximum)
    }

    /// The most that is waited after so many failures in a row; zero after none.
    package func ceiling(failures: Int) -> Duration { .nanoseconds(ceilingNanoseconds(failures)) }

    /// Full jitter: anything from nothing to the ceiling. For the many, who spread themselves over the whole of it.
    package func delay(failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        .nanoseconds(Int64.random(in: 0...ceilingNanoseconds(failures), using: &generator))
    }

    /// From half the ceiling to the ceiling. For a single prober, who learns nothing by asking again at once.
    package func steadyDelay(failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let ceiling = ceilingNanoseconds(failures)
        return .nanoseconds(Int64.random(in: ceiling / 2...ceiling, using: &generator))
    }

    private func ceilingNanoseconds(_ failures: Int) -> Int64 {
        guard failures > 0 else { return 0 }
        let limit = maximum.nanoseconds
        let (doubled, isTooLarge) = base.nanoseconds.multipliedReportingOverflow(by: 1 << min(failures - 1, 62))
        return isTooLarge ? (base == .zero ? 0 : limit) : min(doubled, limit)
    }
}
