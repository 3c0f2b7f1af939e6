package import Metrics

/// How long something took, out of a histogram's buckets: the middle, and what one in twenty exceeds.
package struct TimeSummary: Equatable, Sendable {
    package var count: UInt64
    /// Seconds; nil where nothing was measured.
    package var median: Double?
    package var late: Double?

    package init(_ histogram: Histogram) {
        let counts = histogram.snapshot.counts
        self.init(counts: counts, bounds: histogram.upperBounds)
    }

    /// - Parameters:
    ///   - counts: of each bucket alone; one more than bounds.
    ///   - bounds: upper bounds in seconds, rising.
    package init(counts: [UInt64], bounds: [Double]) {
        count = counts.reduce(0, &+)
        median = Self.quantile(0.5, counts, bounds, count)
        late = Self.quantile(0.95, counts, bounds, count)
    }

    /// As Prometheus' `histogram_quantile` has it: even within a bucket, and the last bound for what is beyond it.
    private static func quantile(_ share: Double, _ counts: [UInt64], _ bounds: [Double], _ total: UInt64) -> Double? {
        guard total > 0 else { return nil }
        let rank = share * Double(total)
        var below = 0.0
        for (bound, count) in zip(bounds.indices, counts) {
            let count = Double(count)
            if count > 0, below + count >= rank {
                let lower = bound == 0 ? 0 : bounds[bound - 1]
                return lower + (bounds[bound] - lower) * (rank - below) / count
            }
            below += count
        }
        return bounds.last
    }
}
