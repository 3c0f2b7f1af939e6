internal import Time

/// When the account is asked for one of its lists, beside everything else: at start and every ten minutes, sooner after a failure, and one
/// question at a time.
struct AccountListQuestion: Sendable {
    /// From an answer to the next question.
    static let interval = Duration.seconds(600)
    /// From a first failure to the next question; doubles up to `interval`.
    static let firstRetry = Duration.seconds(10)

    private var nextAt: MonotonicInstant
    private var failures = 0
    private var isUnderWay = false

    init(at now: MonotonicInstant) { nextAt = now }

    /// - Returns: whether to ask now; the answer goes to `answered`.
    mutating func isDue(at now: MonotonicInstant) -> Bool {
        guard !isUnderWay, now >= nextAt else { return false }
        isUnderWay = true
        return true
    }

    mutating func answered(isKnown: Bool, at now: MonotonicInstant) {
        isUnderWay = false
        failures = isKnown ? 0 : min(failures + 1, 8)
        nextAt = now + (isKnown ? Self.interval : min(Self.interval, Self.firstRetry * (1 << (failures - 1))))
    }
}
