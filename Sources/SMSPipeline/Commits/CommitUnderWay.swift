package import Time

/// The transaction that is under way: its batch stays here until its fate is known.
package struct CommitUnderWay {
    package let batch: CommitQueue.Batch
    /// For which it records how far their partitions were read.
    package let recorded: [Assignment]
    /// Read before the group metadata: leases of its intents count from here.
    package let leaseStart: MonotonicInstant
    package let membership: Membership
    package let number: UInt64
}
