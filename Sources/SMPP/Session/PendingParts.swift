internal import Time

/// The parts under way, in the order in which they were submitted. A window has few: looking through them costs nothing.
struct PendingParts: Equatable, Sendable {
    enum Stage: Equatable, Sendable {
        /// Offered to the socket, and not all of it taken. The last one at most.
        case writing
        case awaiting(until: MonotonicInstant)
        /// Told as unanswered. Its answer is still taken, so its number and its place are.
        case late(until: MonotonicInstant)
    }

    struct Entry: Equatable, Sendable {
        let sequence: UInt32
        let token: UInt64
        var stage: Stage
    }

    private let timeout: Duration
    private(set) var parts: [Entry] = []

    init(timeout: Duration) { self.timeout = timeout }

    var count: Int { parts.count }
    var isWriting: Bool { parts.last?.stage == .writing }

    /// Whether an answer is awaited that nothing has been told of yet.
    var hasUntold: Bool { parts.contains { if case .late = $0.stage { false } else { true } } }

    func contains(_ sequence: UInt32) -> Bool { parts.contains { $0.sequence == sequence } }

    mutating func begin(_ sequence: UInt32, token: UInt64) {
        precondition(!isWriting, "one part is written at a time")
        parts.append(Entry(sequence: sequence, token: token, stage: .writing))
    }

    /// The last octet of the part that is being written was handed over.
    mutating func handedOver(at now: MonotonicInstant) {
        guard isWriting else { return }
        parts[parts.count - 1].stage = .awaiting(until: now + timeout)
    }

    /// - Returns: the part that this number's answer is for; nil where there is none, or it is not out yet.
    mutating func answer(_ sequence: UInt32) -> Entry? {
        guard let index = parts.firstIndex(where: { $0.sequence == sequence }), parts[index].stage != .writing else { return nil }
        return parts.remove(at: index)
    }

    /// Parts whose answer did not come in time, each once; and those that were late for the second time, and are let go.
    mutating func advance(to now: MonotonicInstant) -> (unanswered: [UInt64], givenUp: [UInt64]) {
        var unanswered: [UInt64] = []
        var givenUp: [UInt64] = []
        parts.removeAll { part in
            guard case .late(let until) = part.stage, until <= now else { return false }
            givenUp.append(part.token)
            return true
        }
        for index in parts.indices {
            guard case .awaiting(let until) = parts[index].stage, until <= now else { continue }
            parts[index].stage = .late(until: until + timeout)
            unanswered.append(parts[index].token)
        }
        return (unanswered, givenUp)
    }

    var nextDeadline: MonotonicInstant? {
        parts.compactMap { part in
            switch part.stage {
            case .writing: nil
            case .awaiting(let until), .late(let until): until
            }
        }.min()
    }

    /// Lets go of all.
    mutating func end(_ reason: Ending.Reason) -> Ending {
        defer { parts = [] }
        return Ending(
            reason: reason, notSent: parts.filter { $0.stage == .writing }.map(\.token),
            unknown: parts.filter { if case .awaiting = $0.stage { true } else { false } }.map(\.token))
    }
}
