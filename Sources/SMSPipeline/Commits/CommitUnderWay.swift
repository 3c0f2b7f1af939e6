internal import Requests
internal import Time

/// The transaction that is under way: its batch stays here until its fate is known.
struct CommitUnderWay {
    var batch: CommitQueue.Batch
    /// Read before the group metadata: leases of its intents count from here.
    let leaseStart: MonotonicInstant
    let membership: Membership
    let number: UInt64
}
