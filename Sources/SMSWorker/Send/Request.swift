internal import EventLoop

/// A request that is not accepted yet, in memory: its ledger entry, and where in the sending part of the pipeline it stands.
final class Request {
    /// Exactly one of these at any time.
    enum Place: Equatable {
        /// An earlier request with the same key has not been accepted or closed.
        case behindKey
        /// Not before a time: backoff, `sendAt` under the worker's schedule.
        case timer
        /// In the queue of its lane: could begin now if there were room.
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
    }

    var entry: LedgerEntry
    let assignment: Assignment
    let hash: RequestHash
    /// Nil where no order applies: no key, or `ordering: none`.
    let orderHash: RequestHash?
    var place = Place.behindKey
    /// Set while an earlier request of the same key is ahead of this one.
    var nextWithKey: Request?
    /// Taken before the group metadata of the intent's transaction were read.
    var lease = Lease(takenAt: MonotonicInstant(nanoseconds: 0))
    /// Account pauses up to here stand in the entry.
    var pausesCountedUntil = MonotonicInstant(nanoseconds: 0)
    /// Counts the changes of `place` to and from a timer, so that an outdated timer is recognised.
    var timerGeneration: UInt32 = 0
    var hasExpiryTimer = false
    var isCountedWaiting = false
    /// It waits for its `sendAt`.
    var isCountedScheduled = false

    init(entry: LedgerEntry, assignment: Assignment, hash: RequestHash, orderHash: RequestHash?) {
        self.entry = entry
        self.assignment = assignment
        self.hash = hash
        self.orderHash = orderHash
    }

    /// A line of tens of thousands with one key is let go link by link: each would release the next within its own end, one stack frame
    /// deeper.
    deinit {
        var next = nextWithKey.take()
        while isKnownUniquelyReferenced(&next) { next = next?.nextWithKey.take() }
    }
}
