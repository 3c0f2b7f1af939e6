internal import Requests
package import Time

/// How far an assignment has read its partition, and whether what the client delivers next continues there.
///
/// A client may jump ahead by itself after a partition was assigned and sought (`Consumer.learnEnds` says how one was seen to). So the first
/// jump of an assignment, and for a while every one where it did not begin by number, is believed only when the client, sent back, comes no
/// farther than it came before; what truly is missing (transaction markers, retention) is missing twice.
package struct ReadPosition: Equatable, Sendable {
    package enum Verdict: Equatable, Sendable {
        /// It continues: `gap` offsets in between do not exist.
        case take(gap: Int64)
        /// It was read before.
        case drop
        /// It may not continue: go back to `next` and ask again.
        case seekBack
    }

    /// Where the client may still ask for an end: its questions have an answer by `socket.timeout.ms`, 60 s.
    package static let longDoubt = Duration.seconds(60)

    /// The next offset to read.
    package private(set) var next: Int64
    private let doubtsUntil: MonotonicInstant
    /// Nothing has been taken yet.
    private var isFirst = true
    /// What has come instead of `next` and was not believed; nil: nothing. A jump that goes farther than this is another one.
    private var doubted: Int64?

    /// - Parameters:
    ///   - openedAt: when the client was sent to `next`.
    ///   - doubt: how long every jump is doubted, not only one before the first record.
    package init(at next: Int64, openedAt: MonotonicInstant, doubt: Duration = longDoubt) {
        self.next = next
        doubtsUntil = openedAt + doubt
    }

    /// A record has come.
    package mutating func record(_ offset: Int64, at now: MonotonicInstant) -> Verdict {
        let verdict = judge(offset, now)
        if case .take = verdict { moved(to: offset.clampedSum(1)) }
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
        guard offset == next || offset <= doubted ?? -1 || (!isFirst && now >= doubtsUntil) else {
            doubted = offset
            return .seekBack
        }
        return .take(gap: offset - next)
    }

    private mutating func moved(to offset: Int64) {
        next = offset
        doubted = nil
        isFirst = false
    }
}
