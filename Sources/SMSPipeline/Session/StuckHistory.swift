internal import Requests
package import Time

/// What to do about a call of Kafka's client that does not return. Its thread and its handles are left behind and made anew; but a library
/// that hangs again and again is of no use, and only a new process frees what is left behind.
package struct StuckHistory: Equatable, Sendable {
    package enum Verdict: Equatable, Sendable {
        /// Begin again inside the process.
        case again
        /// Exit 70; a sentence for the log.
        case exit(String)
    }

    private static let window = Duration.seconds(3_600)
    /// Trouble of the brokers explains a few.
    private static let limit = 5
    private var stuck: [MonotonicInstant] = []

    package init() {}

    /// - Parameter isExplained: the brokers are in trouble, or this process stood still.
    package mutating func happened(isExplained: Bool, at now: MonotonicInstant) -> Verdict {
        stuck.removeAll { now - $0 >= Self.window }
        stuck.append(now)
        if stuck.count >= 2, !isExplained {
            return .exit("Kafka's client hung twice within an hour, with no trouble of the brokers to explain it")
        }
        if stuck.count >= Self.limit { return .exit("Kafka's client hung \(stuck.count) times within an hour") }
        return .again
    }
}
