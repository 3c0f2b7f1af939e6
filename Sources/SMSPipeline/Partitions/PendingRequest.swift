package import Requests
package import Time

/// A request that is not accepted yet, in memory: its ledger entry, and where in the sending part of the pipeline it stands.
package final class PendingRequest {
    /// Exactly one of these at any time; `SendQueue` alone changes it.
    package enum Place: Int, Equatable, CaseIterable {
        /// An earlier request with the same key has not been accepted or closed.
        case behindKey
        /// Not before a time: backoff, `sendAt` under the worker's schedule.
        case timer
        /// In a line of its lane: could begin now if there were room.
        case runnable
        /// Its intent stands in the commit queue.
        case intentQueued
        /// Its intent is committed; it waits for a slot.
        case stock
        /// Its POST is under way.
        case running
        /// Held: an operator decides.
        case held
        /// Accepted, closed, or its assignment ended: nothing more to do here.
        case gone

        /// No attempt under way, and none about to be.
        package var isWaiting: Bool {
            switch self {
            case .behindKey, .timer, .runnable: true
            case .intentQueued, .stock, .running, .held, .gone: false
            }
        }
    }

    package var entry: LedgerEntry
    package let assignment: Assignment
    package let hash: RequestHash
    /// Nil where no order applies: no key, or `ordering: none`.
    package let orderHash: RequestHash?
    /// Policy `fail` or `hold`: its intent is for a free slot alone.
    package let isStrict: Bool
    /// What it is held against its partition's bound on bytes.
    package let weight: Int
    package internal(set) var place = Place.gone
    /// Taken before the group metadata of the intent's transaction were read.
    package var lease = Lease(takenAt: MonotonicInstant(nanoseconds: 0))
    /// Since when this process knows it.
    package var since = MonotonicInstant(nanoseconds: 0)
    /// Account pauses up to here stand in the entry.
    package var pausesCountedUntil = MonotonicInstant(nanoseconds: 0)
    /// Its attempt under way, where that goes out in parts.
    package var attempt: UInt64?
    /// This attempt holds a right to a retry.
    package var holdsRetry = false

    // Of `SendQueue`'s own:
    /// Counts the changes of `place` to and from a timer, so that an outdated timer is recognised.
    var timerGeneration: UInt32 = 0
    var hasExpiryTimer = false
    /// It waits for its `sendAt`.
    package internal(set) var isScheduled = false
    /// Its latest place in a line.
    var turn: UInt64 = 0
    /// The place in its line that its attempt was begun from; 0: there was no line.
    var begunTurn: UInt64 = 0
    /// What its line had saved up for that turn and has paid for it, 0 … 1.
    var begunPaid = 0.0

    package init(entry: LedgerEntry, assignment: Assignment, hash: RequestHash, orderHash: RequestHash?, isStrict: Bool) {
        self.entry = entry
        self.assignment = assignment
        self.hash = hash
        self.orderHash = orderHash
        self.isStrict = isStrict
        weight = Self.overhead + entry.byteCount
    }

    /// Of the object, its timer and its places in tables, measured roughly.
    private static let overhead = 512

    /// An earlier attempt was not sent, or may have been.
    package var isRetry: Bool { entry.failures > 0 || entry.hasUnknownOutcome }
}
