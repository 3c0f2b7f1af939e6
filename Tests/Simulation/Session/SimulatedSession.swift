import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// Kafka's side of a worker over the simulated cluster. What takes time is answered later, through `answer`.
final class SimulatedSession: LedgerSession {
    /// Both set by the process that runs the pipeline.
    var answer: (SessionAnswer) -> Void = { _ in }
    /// There are events or records.
    var wake: () -> Void = {}

    let consumer: SimulatedConsumer
    private let committer: SimulatedCommitter
    private let restorer: SimulatedRestorer
    let partitionCount: Int
    /// Read last, for the next commit.
    private var member: Membership?
    private var isFreed = false

    init(consumer: SimulatedConsumer, committer: SimulatedCommitter, restorer: SimulatedRestorer, partitionCount: Int) {
        self.consumer = consumer
        self.committer = committer
        self.restorer = restorer
        self.partitionCount = partitionCount
        consumer.onWake = { [weak self] in self?.wake() }
    }

    // MARK: The group

    func nextEvent() -> SessionEvent? { consumer.nextEvent() }

    func assign(_ partitions: [PartitionKey]) throws(BrokerError) { consumer.assign(partitions) }

    func unassign(_ partitions: [PartitionKey]) throws(BrokerError) { consumer.unassign(partitions) }

    func membership() -> Membership? {
        member = consumer.membership
        return member
    }

    func leaveGroup() { consumer.leaveGroup() }

    var isClosed: Bool { consumer.isClosed }

    // MARK: Records

    func read(_ partition: PartitionKey, _ receive: (PartitionEvent) -> Bool) { consumer.fetch(partition)?.read(receive) }

    func resume(_ partition: PartitionKey) throws(BrokerError) { consumer.fetch(partition)?.resume() }

    func seek(_ partition: PartitionKey, to offset: Int64) throws(BrokerError) { consumer.fetch(partition)?.seek(to: offset) }

    func knowsEnd(of partition: PartitionKey) -> Bool { consumer.knowsEnd(of: partition) }

    // MARK: Transactions

    func commit(_ content: TransactionContent, alive: [Bool], topics: TransactionTopics, number: UInt64, behind: UInt64?) {
        guard let member = member.take() else { preconditionFailure("the membership is read before each commit") }
        committer.commit(
            content, alive: alive, topics: topics, member: member, number: number, behind: behind,
            flushed: { [weak self] in self?.answer(.flushed(number)) }, ended: { [weak self] in self?.answer(.committed(number, $0)) })
    }

    func rebuildProducers() {
        committer.rebuild { [weak self] in self?.answer(.producersRebuilt($0)) }
    }

    func isCommitOverdue(at now: MonotonicInstant) -> Bool { committer.isOverdue(at: now) }

    func takeTrouble() -> Bool { committer.takeTrouble() }

    func takeLateInitialisations(of producer: Int) -> Int { consumer.client.takeLateInitialisations(of: producer) }

    // MARK: Reading ledgers

    func restore(_ partition: PartitionKey, ledger: String, for assignment: AssignmentID, wantedWhile liveness: Liveness) {
        restorer.restore(partition, ledger: ledger, wantedWhile: liveness) { [weak self] in
            self?.answer(.restored(partition, assignment, $0))
        }
    }

    func sweep(_ request: SweepRequest, of partition: PartitionKey, for assignment: AssignmentID) {
        restorer.sweep(request) { [weak self] in self?.answer(.swept(partition, assignment, $0)) }
    }

    func look(at partition: PartitionKey, ledger: String, for assignment: AssignmentID) {
        restorer.look(at: partition, ledger: ledger) { [weak self] in self?.answer(.looked(partition, assignment, $0)) }
    }

    func countPartitions(of topics: [String]) {
        restorer.countPartitions(of: topics) { [weak self] in self?.answer(.counted($0, didAnswer: $1)) }
    }

    // MARK: The end

    func abandon() {
        restorer.cancel()
        committer.abandon()
    }

    func free() {
        guard !isFreed else { return }
        isFreed = true
        committer.free()
        consumer.free()
    }
}
