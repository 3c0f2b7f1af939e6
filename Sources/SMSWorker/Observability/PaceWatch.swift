package import SMSPipeline
package import Time

/// Out of the reports of each second: when a narrowed pace is worth a line. Pure.
///
/// A few failures narrow it for a moment, which is as it should be and nothing to be told; and a share of failures at the edge narrows it every
/// other second. So what counts is how much longer it is narrow than not. An outage, with probes alone, has lines of its own.
package struct PaceWatch: Sendable {
    package enum Word: Equatable, Sendable {
        case narrowed(HealthReport.Side)
        case whole(after: Duration)
    }

    /// So much longer it must be narrow than whole, and the other way round.
    package static let patience = Duration.seconds(10)
    /// Reports come each second; what lies between two that are further apart is not known.
    private static let step = Duration.seconds(2)

    private var balance = Duration.zero
    private var last: (breaker: HealthReport.Breaker, at: MonotonicInstant)?
    private var toldAt: MonotonicInstant?

    package init() {}

    package mutating func see(_ report: HealthReport, at now: MonotonicInstant) -> Word? {
        let before = last
        last = (report.breaker, now)
        guard let before else { return nil }
        let passed = min(now - before.at, Self.step)
        switch before.breaker {
        case .halfOpen: balance = min(Self.patience, balance + passed)
        case .closed: balance = max(.zero, balance - passed)
        case .open: break
        }
        if toldAt == nil, balance == Self.patience {
            toldAt = now
            return .narrowed(report.sends)
        }
        guard let since = toldAt, balance == .zero else { return nil }
        toldAt = nil
        return .whole(after: now - since)
    }
}
