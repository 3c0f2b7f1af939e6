internal import Requests
package import Time

/// Tells a rival of the same name from mere trouble: after a fencing the handles are rebuilt, but the third within ten minutes that
/// nothing explains means that another living worker uses this one's `transactional.id`.
///
/// A fencing is explained by a pause of this process or by trouble with the brokers in the half minute before it: a broker's death, and
/// a process that stands still, both let a transaction time out. It is explained as well by a late request of this worker's own.
package struct FencingHistory: Equatable, Sendable {
    package enum Cause: Equatable, Sendable {
        /// The broker has fenced this worker's producer of that number.
        case producer(Int)
        /// The transaction was not in its producer's state: a late request of the producer's own has ended it. A rival would have fenced it.
        case transactionState
        /// A call did not return.
        case silence
    }

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
    /// Initialisations of our own that may come late, by the producer's number. Each fences once.
    private var late: [Int: [MonotonicInstant]] = [:]
    private static let lateLimit = 16
    /// When the group last knew another member by this worker's instance id.
    private var instanceFencedAt: MonotonicInstant?

    /// - Parameters:
    ///   - limit: how many unexplained fencings within `window` mean a rival.
    ///   - window: also how long after it a late initialisation may come.
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

    /// So many initialisations of this producer's name may come late, and fence whoever has the name then.
    package mutating func lateInitialisations(_ count: Int, of producer: Int, at now: MonotonicInstant) {
        guard count > 0 else { return }
        let instants = (late[producer] ?? []) + Array(repeating: now, count: min(count, Self.lateLimit))
        late[producer] = instants.suffix(Self.lateLimit)
    }

    /// Of the errors only trouble of the brokers explains a fencing: a steady one of another kind (a topic that may not be read) would hide
    /// a rival for ever.
    package mutating func failed(_ error: BrokerError, at now: MonotonicInstant) {
        if error.isBrokerTrouble { brokerTrouble(at: now) }
    }

    /// Whether trouble of the brokers or a pause of this process may be behind what happens now.
    package func isExplained(at now: MonotonicInstant) -> Bool { explanationAt.map { now - $0 <= memory } ?? false }

    package mutating func fenced(_ cause: Cause, at now: MonotonicInstant) -> Verdict {
        unexplained.removeAll { now - $0 >= window }
        if !isExplained(at: now), !isOwnDoing(cause, at: now) { unexplained.append(now) }
        return unexplained.count >= limit ? .exitRival : .rebuild(unexplained: unexplained.count)
    }

    /// The group knows another member by this worker's instance id: a late request of a predecessor of this name may have done it, once.
    ///
    /// - Parameter patience: again within it, with nothing to explain it, means a living rival.
    package mutating func instanceFenced(at now: MonotonicInstant, patience: Duration) -> Verdict {
        defer { instanceFencedAt = now }
        guard let last = instanceFencedAt, now - last < patience, !isExplained(at: now) else { return .rebuild(unexplained: 0) }
        return .exitRival
    }

    /// Whether a late request of this worker's own is behind it: an initialisation explains one fencing.
    private mutating func isOwnDoing(_ cause: Cause, at now: MonotonicInstant) -> Bool {
        switch cause {
        case .transactionState: return true
        case .silence: return false
        case .producer(let number):
            late[number]?.removeAll { now - $0 >= window }
            guard late[number]?.isEmpty == false else { return false }
            late[number]?.removeFirst()
            return true
        }
    }
}
