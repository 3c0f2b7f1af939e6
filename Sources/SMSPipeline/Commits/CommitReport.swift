/// What the committer says of one transaction.
package struct CommitReport: Equatable, Sendable {
    package let result: CommitResult<BrokerError>
    /// 0 or 1: which producer's it was.
    package let producer: Int
    /// How long it took to make the producer anew before it began; nil: there was no need.
    package let renewal: Duration?

    package init(result: CommitResult<BrokerError>, producer: Int, renewal: Duration?) {
        self.result = result
        self.producer = producer
        self.renewal = renewal
    }
}
