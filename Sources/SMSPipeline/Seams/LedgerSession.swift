package import Requests
package import Time

/// Everything on Kafka's side that is made, joined and lost together, as the pipeline uses it: group membership, records, transactions,
/// restores. A fenced worker drops one and opens the next.
///
/// Lives with the pipeline: no call blocks, and what takes time is answered later by a `SessionAnswer`, in any order that Kafka allows.
/// `KafkaSession` is the real one; the simulator has one of its own.
package protocol LedgerSession: AnyObject {
    /// Of all request topics, as counted when the session was made.
    var partitionCount: Int { get }

    // MARK: The group

    /// The next event of the group, or nil. Rebalances wait for their answer: `assign` or `unassign`.
    func nextEvent() -> SessionEvent?
    /// Answers an assign event: nothing of these partitions is delivered before `resume` and `seek`.
    func assign(_ partitions: [PartitionKey]) throws(BrokerError)
    /// Answers a revoke event.
    func unassign(_ partitions: [PartitionKey]) throws(BrokerError)
    /// This member's standing now: the next `commit` is made with it. Nil: not a member.
    func membership() -> Membership?
    /// Leaves the group. The last revoke comes as an event; poll on until `isClosed`.
    func leaveGroup()
    var isClosed: Bool { get }

    // MARK: Records

    /// Delivers what has come of one partition, in order, as long as `receive` answers true.
    func read(_ partition: PartitionKey, _ receive: (PartitionEvent) -> Bool)
    /// Before `seek`, never after it.
    func resume(_ partition: PartitionKey) throws(BrokerError)
    func seek(_ partition: PartitionKey, to offset: Int64) throws(BrokerError)
    /// Whether an assignment begins by number here, so that only the first jump is doubted.
    func knowsEnd(of partition: PartitionKey) -> Bool

    // MARK: Transactions

    /// Commits what of `content` belongs to owners that are `alive`, with the membership read last. Answered by `.committed`.
    /// `.flushed` says when its records are acknowledged.
    ///
    /// - Parameter behind: the number of the transaction that is still under way: this one sends its offsets and ends only when that is
    ///   committed, and is withdrawn where that is not.
    func commit(_ content: TransactionContent, alive: [Bool], topics: TransactionTopics, number: UInt64, behind: UInt64?)
    /// New producers under the same names; what was to be written stays with the caller. Answered by `.producersRebuilt`.
    func rebuildProducers()
    /// Whether a blocking call has overrun three times its timeout.
    func isCommitOverdue(at now: MonotonicInstant) -> Bool
    /// Whether brokers were slow or away since this was last asked.
    func takeTrouble() -> Bool
    /// Initialisations of producer 0's or 1's name that may come late, since this was last asked; of earlier sessions too.
    func takeLateInitialisations(of producer: Int) -> Int

    // MARK: Reading ledgers

    /// Answered by `.restored`; given up soon after `assignment` has ended.
    func restore(_ partition: PartitionKey, ledger: String, for assignment: AssignmentID, wantedWhile liveness: Liveness)
    /// Looks at a partition that is not read. Answered by `.looked`.
    func look(at partition: PartitionKey, ledger: String, for assignment: AssignmentID)
    /// Answered by `.swept`.
    func sweep(_ request: SweepRequest, of partition: PartitionKey, for assignment: AssignmentID)
    /// Counts the partitions of these topics. Answered by `.counted`.
    func countPartitions(of topics: [String])

    // MARK: The end

    /// Leaves everything: a transaction under way is fenced by the next session or times out, and the group notices by its own means.
    func abandon()
    /// Frees the handles; returns at once. A second call is without effect.
    func free()
}

/// This member's standing in its group: the broker refuses a stale one (KIP-447).
package struct Membership: Equatable, Sendable {
    /// -1: not a member.
    package let generation: Int32
    package let memberID: String

    package init(generation: Int32, memberID: String) {
        self.generation = generation
        self.memberID = memberID
    }

    package var isJoined: Bool { generation >= 0 && !memberID.isEmpty }
}

/// What the group says.
package enum SessionEvent: Equatable, Sendable {
    /// To be answered with `assign`, with 0 partitions too.
    case assign([PartitionKey])
    /// To be answered with `unassign`; until then the group waits.
    case revoke([PartitionKey], isLost: Bool)
    case failed(BrokerError)
}

/// What a partition delivers.
package enum PartitionEvent {
    case record(LentRecord)
    /// Everything below `offset` has been given out; transaction markers may stand there.
    case end(offset: Int64)
    case failed(BrokerError)
}

/// What a session answers, later, to what it was asked.
package enum SessionAnswer: Sendable {
    /// The records of this transaction are acknowledged; its end is to come.
    case flushed(UInt64)
    case committed(UInt64, CommitReport)
    /// With the error where they could not be made.
    case producersRebuilt(BrokerError?)
    case restored(PartitionKey, AssignmentID, Result<PartitionRestore, RestoreError>)
    /// Nil: it could not be asked now.
    case looked(PartitionKey, AssignmentID, PartitionLook?)
    case swept(PartitionKey, AssignmentID, Result<Sweep, RestoreError>)
    /// Nil where one of the topics cannot be seen now.
    case counted(Int?, didAnswer: Bool)
}

/// Makes a new session on Kafka's side, elsewhere: `Pipeline.opened` gets the answer. One opening at a time.
package protocol SessionOpener: AnyObject {
    func open()
    /// Whether the opening under way hangs: it has been in one blocking call for three times its timeout.
    func isOverdue(at now: MonotonicInstant) -> Bool
    /// Leaves the opening under way behind, with its thread and its handles: nothing that it makes later is used.
    func abandon()
}
