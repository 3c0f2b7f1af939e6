package import Requests
package import Time

/// The partitions that this member owns, from the assign event of each to the answer of its revoke; and the revoke that is not answered yet.
package struct Partitions: ~Copyable {
    /// The longest that one partition is read before the others, and in which each is once.
    private static let longestFirst = Duration.milliseconds(50)
    private static let round = Duration.milliseconds(400)

    /// A revoke that is not answered yet: what runs may finish, until the limit.
    package struct Revoke {
        package let partitions: [PartitionKey]
        package let assignments: [Assignment]
        package let deadline: MonotonicInstant
    }

    /// What is to be done about a revoke now.
    package enum RevokeStep {
        case nothing
        case waits(until: MonotonicInstant)
        /// Ends its assignments, and is answered.
        case answer(Revoke)
    }

    private var assignments: [PartitionKey: Assignment] = [:]
    /// The same by topic and number: nothing that is written depends on the order of a hash table.
    package private(set) var inOrder: [Assignment] = []
    package private(set) var revoke: Revoke?
    /// What was told last, so that it is told once.
    private var closedReasons: [PartitionKey: String] = [:]
    private var nextID: UInt64 = 0
    private var readTurn = 0
    /// Since when the same partition is read first.
    private var firstSince: MonotonicInstant?
    /// Under which the assignments of now were made.
    private var memberID: String?
    /// An assignment has come since the group was joined, be it an empty one.
    package var isJoined = false

    package init() {}

    // MARK: Owning

    package subscript(key: PartitionKey) -> Assignment? { assignments[key] }
    package var count: Int { assignments.count }
    package var openCount: Int { inOrder.count { $0.phase == .open } }

    /// The assignment of this name, where it is the one that was asked for and lives.
    package func living(_ key: PartitionKey, _ id: AssignmentID) -> Assignment? {
        guard let assignment = assignments[key], assignment.id == id, assignment.isAlive else { return nil }
        return assignment
    }

    /// - Returns: the new assignment, and the one that it takes the place of, which ends.
    package mutating func assign(_ topic: RequestTopic, _ partition: Int32, dedup: consuming Dedup, at now: MonotonicInstant) -> (
        Assignment, old: Assignment?
    ) {
        nextID += 1
        let assignment = Assignment(id: AssignmentID(value: nextID), topic: topic, partition: partition, dedup: dedup, at: now)
        let old = assignments.updateValue(assignment, forKey: assignment.key)
        sort()
        return (assignment, old)
    }

    /// It has ended: its place is free, unless another has it by now.
    package mutating func remove(_ assignment: Assignment) {
        guard assignments[assignment.key] === assignment else { return }
        assignments[assignment.key] = nil
        sort()
    }

    /// Kafka's side is gone.
    package mutating func removeAll() {
        assignments = [:]
        inOrder = []
        revoke = nil
        memberID = nil
    }

    private mutating func sort() { inOrder = assignments.values.sorted { $0.key < $1.key } }

    /// A member id never changes while assignments made under it live. The client may swallow a loss, and a static member then joins again
    /// under a new id with partitions alive here that another owns: its transactions would be taken.
    ///
    /// - Returns: false: everything on Kafka's side must be made anew.
    package mutating func isSameMember(_ membership: Membership?) -> Bool {
        guard let id = membership?.memberID, !id.isEmpty else { return true }
        guard let known = memberID, known != id, !assignments.isEmpty else {
            memberID = id
            return true
        }
        return false
    }

    // MARK: Reading

    /// The open ones, priority topics first. Each in its turn is the first, so that none is left behind for ever; and for some time, so that a
    /// transaction under load holds the records of a few partitions and not of all: what it costs the broker is mostly a price for each.
    package mutating func readingOrder(at now: MonotonicInstant) -> [Assignment] {
        let open = inOrder.filter { $0.phase == .open }
        guard !open.isEmpty else { return [] }
        if let firstSince, now - firstSince < min(Self.longestFirst, Self.round / open.count) {
            // Its turn is not over.
        } else {
            firstSince = now
            readTurn &+= 1
        }
        let begin = readTurn % open.count
        let order = open[begin...] + open[..<begin]
        return order.filter(\.topic.isPriority) + order.filter { !$0.topic.isPriority }
    }

    // MARK: Restoring

    /// The next whose ledger has been read and is to be taken in.
    package var nextRestored: Assignment? { inOrder.first { $0.restore != nil } }

    /// - Returns: whether this is news.
    package mutating func keepClosed(_ assignment: Assignment, _ reason: String) -> Bool {
        assignment.phase = .closed(reason)
        assignment.closedReason = reason
        return closedReasons.updateValue(reason, forKey: assignment.key) != reason
    }

    package mutating func reopened(_ assignment: Assignment) {
        closedReasons[assignment.key] = nil
        assignment.closedReason = nil
        assignment.phase = .open
    }

    // MARK: Giving back

    package var isDrained: Bool { inOrder.allSatisfy(\.isDrained) }
    package var isCommitted: Bool { inOrder.allSatisfy { !$0.isAlive || $0.pendingOperations == 0 } }

    /// - Parameter deadline: what runs may finish until then.
    package mutating func revoked(_ partitions: [PartitionKey], deadline: MonotonicInstant) -> [Assignment] {
        let revoked = partitions.compactMap { assignments[$0] }
        revoke = Revoke(partitions: partitions, assignments: revoked, deadline: deadline)
        return revoked
    }

    /// Drain first, fence second: the assignments end with the answer, and everything of them that comes later is dropped.
    ///
    /// - Parameter patience: beyond the limit, for the last transaction of those whose POSTs have ended.
    package mutating func revokeStep(patience: Duration, at now: MonotonicInstant) -> RevokeStep {
        guard let revoke else { return .nothing }
        let isDone = revoke.assignments.allSatisfy(\.isDrained)
        // At the limit a POST still runs: its intent stays, the next owner decides. Its siblings' outcomes get their last transaction.
        let isLate = now >= revoke.deadline + patience
        let runs = revoke.assignments.contains { $0.isAlive && $0.running > 0 }
        let isOverLimit = now >= revoke.deadline && !revoke.assignments.contains { $0.isAlive && $0.pendingOperations > 0 } && runs
        guard isDone || isOverLimit || isLate else {
            return .waits(until: now >= revoke.deadline ? now + .milliseconds(100) : revoke.deadline)
        }
        self.revoke = nil
        return .answer(revoke)
    }
}
