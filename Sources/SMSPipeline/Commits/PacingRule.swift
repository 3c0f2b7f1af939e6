internal import Requests
package import Time

/// When the next transaction begins. A transaction costs about the same however full it is, so under load a pause between two
/// beginnings makes fewer and fuller ones; without load, or where somebody waits for it, it begins at once.
///
/// The pause is three times what a commit takes (so committing costs at most a third of the time), measured and smoothed:
///
/// | a commit takes | between two beginnings |
/// | ---: | ---: |
/// | 2 ms | 10 ms |
/// | 4 ms (one partition) | 12 ms |
/// | 10 ms (eight) | 30 ms |
/// | 17 ms and more | 50 ms |
package struct PacingRule: Equatable, Sendable {
    package static let shortest = Duration.milliseconds(10)
    package static let longest = Duration.milliseconds(50)

    /// Fewer operations than this in a pause are not worth one.
    package static let worthwhile = 32
    /// What every broker commits far below `transaction.timeout.ms`.
    package static let smallestLimit = 2_000
    /// A full transaction takes this long at most: whatever comes meanwhile waits for it, one-time codes too.
    package static let longestCommit = Duration.milliseconds(200)

    private let fullTransaction: Int
    /// Nanoseconds.
    private var commitTime: Double = 10_000_000
    /// Operations a nanosecond.
    private var load = 0.0
    private var beganAt: MonotonicInstant?

    /// - Parameter fullTransaction: operations that fill a transaction: with so many nothing is gained by waiting.
    package init(fullTransaction: Int = 2_000) { self.fullTransaction = max(1, fullTransaction) }

    /// Records that go into one transaction at most. Most of what one costs is the same however full it is (a request for each partition, and
    /// the calls around them), so a limit that load reaches is what limits the rate. It is the largest while commits are quick, and shrinks as
    /// they grow longer.
    ///
    /// - Parameter largest: that is allowed at all.
    package func recordLimit(largest: Int) -> Int {
        let quick = Double(largest) * Double(Self.longestCommit.nanoseconds) / max(1, commitTime)
        return min(largest, max(Self.smallestLimit, Int(min(quick, Double(largest)))))
    }

    /// The time between two beginnings under load.
    package var interval: Duration { min(max(.nanoseconds(Int64(3 * commitTime)), Self.shortest), Self.longest) }

    /// When a transaction with what is queued may begin, if none is running: `now` for at once.
    ///
    /// - Parameters:
    ///   - queued: operations that wait for it.
    ///   - priorityWaits: one of them is of the priority lane.
    ///   - slotsStarve: slots are free and nothing has an intent that could fill them (`IntentStock.starves`).
    package func beginning(queued: Int, priorityWaits: Bool, slotsStarve: Bool, at now: MonotonicInstant) -> MonotonicInstant {
        guard let beganAt, !priorityWaits, !slotsStarve, queued < fullTransaction else { return now }
        // What comes in a pause, by the recent load or by what is here already.
        let expected = max(load * Double(interval.nanoseconds), Double(queued))
        return expected < Double(Self.worthwhile) ? now : max(now, beganAt + interval)
    }

    package mutating func began(operations: Int, at now: MonotonicInstant) {
        if let beganAt {
            let elapsed = Double(max(1_000_000, (now - beganAt).nanoseconds))
            load += 0.3 * (Double(operations) / elapsed - load)
        }
        beganAt = now
    }

    /// The commit has returned, whatever came of it.
    package mutating func ended(since began: MonotonicInstant, at now: MonotonicInstant) {
        commitTime += 0.2 * (Double(max(0, (now - began).nanoseconds)) - commitTime)
    }
}
