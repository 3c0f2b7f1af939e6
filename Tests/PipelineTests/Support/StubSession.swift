import Time

@testable import Requests
@testable import SMSPipeline

/// A session of which only the life matters: it counts what becomes of it.
final class StubSession: LedgerSession {
    private(set) var abandoned = 0
    private(set) var freed = 0
    private(set) var left = 0
    var isClosed = false
    var isOverdue = false
    var hasTrouble = false
    /// Of each producer.
    var lateInitialisations = [0, 0]

    let partitionCount = 1
    func nextEvent() -> SessionEvent? { nil }
    func assign(_ partitions: [PartitionKey]) {}
    func unassign(_ partitions: [PartitionKey]) {}
    func membership() -> Membership? { nil }
    func leaveGroup() { left += 1 }
    func read(_ partition: PartitionKey, _ receive: (PartitionEvent) -> Bool) {}
    func resume(_ partition: PartitionKey) {}
    func seek(_ partition: PartitionKey, to offset: Int64) {}
    func knowsEnd(of partition: PartitionKey) -> Bool { true }
    func commit(_ content: TransactionContent, alive: [Bool], topics: TransactionTopics, number: UInt64, behind: UInt64?) {}
    func rebuildProducers() {}
    func isCommitOverdue(at now: MonotonicInstant) -> Bool { isOverdue }
    func takeTrouble() -> Bool {
        defer { hasTrouble = false }
        return hasTrouble
    }
    func takeLateInitialisations(of producer: Int) -> Int {
        defer { lateInitialisations[producer] = 0 }
        return lateInitialisations[producer]
    }
    func restore(_ partition: PartitionKey, ledger: String, for assignment: AssignmentID, wantedWhile liveness: Liveness) {}
    func look(at partition: PartitionKey, ledger: String, for assignment: AssignmentID) {}
    func sweep(_ request: SweepRequest, of partition: PartitionKey, for assignment: AssignmentID) {}
    func countPartitions(of topics: [String]) {}
    func abandon() { abandoned += 1 }
    func free() { freed += 1 }
}
