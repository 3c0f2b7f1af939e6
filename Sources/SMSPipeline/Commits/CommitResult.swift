/// How a transaction ended.
package enum CommitResult<Failure: Error> {
    case committed
    /// Nothing of it is visible; the same operations may be tried again.
    case aborted(Failure)
    /// The group refuses this member's generation: nothing to gain before it has changed.
    case membership(Failure)
    /// Another producer of this name has begun, or the handle is of no use any more. Its fate is open.
    case fenced(Failure)
    /// Something else has ended it, and what is visible of it is open: never a rival's doing, who would have fenced it.
    case fateOpen(Failure)
    /// A living rival has this worker's instance id.
    case rival(Failure)
    /// The transaction before it was not committed, or its fate stayed open for too long: aborted, to be tried again behind it.
    case withdrawn
}

extension CommitResult: Sendable where Failure: Sendable {}
extension CommitResult: Equatable where Failure: Equatable {}

/// What the committer says of one transaction.
package struct CommitReport: Equatable, Sendable {
    package let result: CommitResult<BrokerError>
    /// 0 or 1: which producer's it was.
    package let producer: Int
    /// How long it took to make the producer anew before it began; nil: there was no need.
    package let renewal: Duration?
    /// What it was to be aborted for, whatever became of that.
    package let cause: BrokerError?

    package init(result: CommitResult<BrokerError>, producer: Int, renewal: Duration?, cause: BrokerError? = nil) {
        self.result = result
        self.producer = producer
        self.renewal = renewal
        self.cause = cause
    }
}
