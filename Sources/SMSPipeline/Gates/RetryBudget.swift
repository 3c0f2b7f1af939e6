internal import Requests
package import Time

/// Bounds what retries may add to a provider that fails: a share of all attempts (`SEND_RETRY_BUDGET`), and one a second besides, so
/// that a lone retry is never stuck.
///
/// A first attempt earns share ÷ (1 − share) of a retry, a retry spends one. A retry that the provider answers (accepts, or refuses for
/// good) gives back its own and earns another: so after an outage the waiting requests come back as fast as they are answered, doubling
/// from one a second, and not at the pace of the few.
///
/// | share | retries for 100 first attempts while none is answered, beside one a second |
/// | ---: | ---: |
/// | 0 | 0 |
/// | 0.1 | 11 |
/// | 0.2 | 25 |
/// | 0.5 | 100 |
/// | 1 | unbounded |
package struct RetryBudget: Equatable, Sendable {
    private let earned: Double
    private let isUnbounded: Bool
    private let most: Double
    private let floorInterval: Duration
    private var balance = 0.0
    private var floorUsedAt: MonotonicInstant?

    /// - Parameters:
    ///   - share: 0 … 1.
    ///   - most: retries that may be saved up, and so the most that begin at once; the slots for attempts are a good value.
    ///   - floorInterval: how often a retry may go without the budget.
    package init(share: Double = 0.2, most: Int = 64, floorInterval: Duration = .seconds(1)) {
        isUnbounded = share >= 1
        earned = isUnbounded ? 0 : max(0, share) / (1 - max(0, share))
        self.most = Double(max(1, most))
        self.floorInterval = floorInterval
    }

    package mutating func firstAttempt() { balance = min(most, balance + earned) }

    /// Takes the right to one retry.
    package mutating func takeRetry(at now: MonotonicInstant) -> Bool {
        if isUnbounded { return true }
        if hasBalance {
            balance -= 1
            return true
        }
        guard nextAvailable(at: now) <= now else { return false }
        floorUsedAt = now
        return true
    }

    /// One that was taken and not used.
    package mutating func giveBack() { balance = min(most, balance + 1) }

    package mutating func retryAnswered() { balance = min(most, balance + 2) }

    /// When a retry may begin if nothing else happens; `now` where it may at once.
    package func nextAvailable(at now: MonotonicInstant) -> MonotonicInstant {
        guard !isUnbounded, !hasBalance, let used = floorUsedAt else { return now }
        return max(now, used + floorInterval)
    }

    /// A hair below one, for sums of fractions.
    private var hasBalance: Bool { balance >= 1 - 1e-9 }
}
