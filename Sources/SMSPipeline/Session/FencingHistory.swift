internal import Requests
package import Time

/// Tells a rival of the same name from mere trouble: after a fencing the handles are rebuilt, but the third within ten minutes that
/// nothing explains means that another living worker uses this one's `transactional.id`.
///
/// A fencing is explained by a pause of this process or by trouble with the brokers in the half minute before it: a broker's death, and
/// a process that stands still, both let a transaction time out.
package struct FencingHistory: Equatable, Sendable {
    package enum Verdict: Equatable, Sendable {
        /// Rebuild producer and consumer inside the process. So many fencings within the window are unexplained, this one included.
        case rebuild(unexplained: Int)
        /// Exit 70, and name `KAFKA_INSTANCE_ID` and `KAFKA_TRANSACTIONAL_STEM`.
        case exitRival
    }

    private let limit: Int
    private let window: Duration
    private let memory: Duration
    private let longestTurn: Duration
    private var unexplained: [MonotonicInstant] = []
    private var explanationAt: MonotonicInstant?

    /// - Parameters:
    ///   - limit: how many unexplained fencings within `window` mean a rival.
    ///   - memory: how long an explanation serves.
    ///   - longestTurn: a longer gap between two turns of the loop is a pause.
    package init(
        limit: Int = 3, window: Duration = .seconds(600), memory: Duration = .seconds(30), longestTurn: Duration = .seconds(5)
    ) {
        self.limit = max(1, limit)
        self.window = window
        self.memory = memory
        self.longestTurn = longestTurn
    }

    /// The gap between two turns of the loop, seen at the end of it; short ones explain nothing.
    package mutating func turnGap(_ gap: Duration, at now: MonotonicInstant) {
        if gap > longestTurn { explanationAt = now }
    }

    /// A transport error, or a call to the brokers that timed out or had to be repeated.
    package mutating func brokerTrouble(at now: MonotonicInstant) { explanationAt = now }

    /// Of the errors only trouble of the brokers explains a fencing: a steady one of another kind (a topic that may not be read) would hide
    /// a rival for ever.
    package mutating func failed(_ error: BrokerError, at now: MonotonicInstant) {
        if error.isBrokerTrouble { brokerTrouble(at: now) }
    }

    /// Whether trouble of the brokers or a pause of this process may be behind what happens now.
    package func isExplained(at now: MonotonicInstant) -> Bool { explanationAt.map { now - $0 <= memory } ?? false }

    package mutating func fenced(at now: MonotonicInstant) -> Verdict {
        unexplained.removeAll { now - $0 >= window }
        if !isExplained(at: now) { unexplained.append(now) }
        return unexplained.count >= limit ? .exitRival : .rebuild(unexplained: unexplained.count)
    }
}
