internal import Requests
package import Time

/// What is done each second whatever else happens, and when.
package struct Upkeep: ~Copyable {
    /// Less is not worth a record.
    package static let leastPause = Duration.seconds(1)
    /// Ids that one sweep removes at most, so that its transaction stays an ordinary one.
    package static let sweepLimit = 1_000

    /// Of a ledger's segments (`topics create`: `segment.ms` is ten minutes), and a little more.
    /// A partition's recorded position among receipts may be so old, where it is behind at all.
    package static let receiptsAge = Duration.seconds(600)
    package static let segmentTime = Duration.seconds(660)

    package private(set) var nextTick: MonotonicInstant
    private var ticks = 0
    /// How much of an account pause a kill -9 may make us forget.
    private let saveInterval: Duration
    /// When the pause that lasts was last written to the ledger; nil: none lasts.
    private var pausesSavedAt: MonotonicInstant?
    /// A question for the number of partitions is under way.
    private var isCounting = false
    /// Partitions of all request topics, ours and others', as last counted: the fleet's limit is shared by them.
    package private(set) var partitionCount = 0
    package var damaged = DamagedLogs()
    /// A sweep has found as many closed ids as it may take at a time.
    package private(set) var mustSweepOn = false

    package init(maxAge: Duration, at now: MonotonicInstant) {
        nextTick = now
        saveInterval = max(.seconds(10), min(.seconds(300), maxAge / 10))
    }

    /// Whether a second is over.
    package mutating func ticked(at now: MonotonicInstant) -> Bool {
        guard now >= nextTick else { return false }
        nextTick = now + .seconds(1)
        ticks += 1
        return true
    }

    package var looksAtClosed: Bool { ticks % 5 == 0 }
    /// Partitions that could not be read are asked again.
    package var readsAgain: Bool { ticks % 10 == 0 }
    /// Each minute what stays closed is looked at as a whole.
    package var looksAtWhole: Bool { ticks % 60 == 0 }

    /// Each minute, as often as the group itself looks; oftener while brokers are away: an idle consumer does not say when they are back.
    package func mustCount(areBrokersGone: Bool) -> Bool { ticks % 60 == 0 || (areBrokersGone && ticks % 2 == 0) }

    // MARK: The number of partitions

    /// - Returns: whether to ask: one question at a time.
    package mutating func beginsCounting() -> Bool {
        defer { isCounting = true }
        return !isCounting
    }

    /// - Returns: whether it is another number than before.
    package mutating func counted(_ count: Int?) -> Bool {
        isCounting = false
        guard let count, count != partitionCount else { return false }
        partitionCount = count
        return true
    }

    /// The answer of a session that is gone never comes.
    package mutating func sessionLost() {
        isCounting = false
        damaged.sessionLost()
    }

    /// Topics only grow: what the start counted is the least, the next assignment counts again.
    package mutating func atLeast(partitions count: Int) { partitionCount = max(partitionCount, count) }

    // MARK: Pauses

    /// Account pauses do not count towards `SEND_MAX_AGE`, across restarts too: what has been paused is written to the ledger every
    /// interval, and once when it is over.
    package mutating func mustSavePauses(isPaused: Bool, at now: MonotonicInstant) -> Bool {
        guard isPaused else {
            defer { pausesSavedAt = nil }
            return pausesSavedAt != nil
        }
        guard let last = pausesSavedAt else {
            pausesSavedAt = now
            return false
        }
        guard now - last >= saveInterval else { return false }
        pausesSavedAt = now
        return true
    }

    // MARK: Sweeps

    package mutating func sweeps() { mustSweepOn = false }

    /// There are more than one sweep may take: the next begins when their tombstones are committed, not a second later.
    package mutating func swept(_ count: Int) {
        if count >= Self.sweepLimit { mustSweepOn = true }
    }
}
