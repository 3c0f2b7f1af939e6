package import Requests
package import Time

/// A request that is not accepted yet, in memory: its ledger entry, and where in the sending part of the pipeline it stands.
package final class Request {
    /// Exactly one of these at any time.
    package enum Place: Equatable {
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

    package var entry: LedgerEntry
    package let assignment: Assignment
    package let hash: RequestHash
    /// Nil where no order applies: no key, or `ordering: none`.
    package let orderHash: RequestHash?
    package var place = Place.behindKey
    /// Set while an earlier request of the same key is ahead of this one.
    package var nextWithKey: Request?
    /// Taken before the group metadata of the intent's transaction were read.
    package var lease = Lease(takenAt: MonotonicInstant(nanoseconds: 0))
    /// Account pauses up to here stand in the entry.
    package var pausesCountedUntil = MonotonicInstant(nanoseconds: 0)
    /// Counts the changes of `place` to and from a timer, so that an outdated timer is recognised.
    package var timerGeneration: UInt32 = 0
    package var hasExpiryTimer = false
    package var isCountedWaiting = false
    /// It waits for its `sendAt`.
    package var isCountedScheduled = false

    package init(entry: LedgerEntry, assignment: Assignment, hash: RequestHash, orderHash: RequestHash?) {
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
