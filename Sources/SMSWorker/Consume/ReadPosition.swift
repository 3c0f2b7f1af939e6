package import EventLoop

/// How far an assignment has read its partition, and whether what the client delivers next continues there.
///
/// The client may jump ahead by itself. An assignment begins paused at the partition's end, which librdkafka asks the broker for; where that
/// answer is under way when the partition is resumed and sought, librdkafka (2.0.2) takes it for outdated, asks again half a second later
/// and moves to the end, past everything in between: seen as 565 of 100,000 records in a minute of rebalances. So a jump is believed only
/// when the client, sent back, comes no farther than it came before; what truly is missing (transaction markers, retention) is missing twice.
package struct ReadPosition: Equatable, Sendable {
    package enum Verdict: Equatable, Sendable {
        /// It continues: `gap` offsets in between do not exist.
        case take(gap: Int64)
        /// It was read before.
        case drop
        /// It may not continue: go back to `next` and ask again.
        case seekBack
    }

    /// Later than this after it was opened, a jump is the log's: the client's questions end with `socket.timeout.ms`, 60 s.
    package static let doubt = Duration.seconds(60)

    /// The next offset to read.
    package private(set) var next: Int64
    private let doubtsUntil: MonotonicInstant
    /// What has come instead of `next` and was not believed; nil: nothing. A jump that goes farther than this is another one.
    private var doubted: Int64?

    /// - Parameter openedAt: when the client was sent to `next`.
    package init(at next: Int64, openedAt: MonotonicInstant) {
        self.next = next
        doubtsUntil = openedAt + Self.doubt
    }

    /// A record has come.
    package mutating func record(_ offset: Int64, at now: MonotonicInstant) -> Verdict {
        let verdict = judge(offset, now)
        if case .take = verdict { moved(to: offset + 1) }
        return verdict
    }

    /// The client says that the partition ends at this offset, for now.
    package mutating func end(_ offset: Int64, at now: MonotonicInstant) -> Verdict {
        guard offset > next else { return .drop }
        let verdict = judge(offset, now)
        if case .take = verdict { moved(to: offset) }
        return verdict
    }

    private mutating func judge(_ offset: Int64, _ now: MonotonicInstant) -> Verdict {
        guard offset >= next else { return .drop }
        guard offset == next || offset <= doubted ?? -1 || now >= doubtsUntil else {
            doubted = offset
            return .seekBack
        }
        return .take(gap: offset - next)
    }

    private mutating func moved(to offset: Int64) {
        next = offset
        doubted = nil
    }
}
