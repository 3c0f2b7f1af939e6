internal import Time

/// How far bulk topics are read beyond what could begin. A request that waits needs a record of its own in the ledger, a sixth of what it
/// costs in all: where the provider is fast, requests are read as they can begin. Where it is not, they are read ahead, so that a `cancel`
/// and whoever has a floor of its own are seen; at a rate that costs the fast ones next to nothing.
struct ReadAhead {
    /// Records a second.
    static let rate: Int64 = 500
    /// No room for so long: it is not only a transaction that is under way.
    static let patience = Duration.milliseconds(200)
    /// What may be saved up.
    private static let most = Duration.milliseconds(200)
    private static let step = Duration.nanoseconds(1_000_000_000 / rate)

    private var lastRoom: MonotonicInstant
    /// Up to here the time is used up, a step for each record.
    private var usedUntil: MonotonicInstant
    private var isAhead = false

    init(at now: MonotonicInstant) {
        lastRoom = now
        usedUntil = now
    }

    enum Verdict: Equatable {
        case read
        case wait
        /// The rate allows more at this time.
        case waitUntil(MonotonicInstant)
    }

    /// Whether one more record may be read.
    /// - Parameter hasRoom: a request that is read now could begin.
    mutating func mayRead(hasRoom: Bool, at now: MonotonicInstant) -> Verdict {
        isAhead = !hasRoom
        if hasRoom {
            lastRoom = now
            return .read
        }
        guard now - lastRoom > Self.patience else { return .wait }
        usedUntil = max(usedUntil, now - Self.most)
        return usedUntil + Self.step <= now ? .read : .waitUntil(usedUntil + Self.most)
    }

    /// A record was read after that.
    mutating func hasRead() {
        if isAhead { usedUntil = usedUntil + Self.step }
    }
}
