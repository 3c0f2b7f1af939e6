import Requests
import SMSPipeline
import Time

/// Kafka's side of a campaign: two logs whose records are made when they are read, and what the pipeline asks, kept for the stage.
final class CampaignSession: LedgerSession {
    /// One partition: the numbers of its requests in the order of the log.
    struct Log {
        let requests: [Int]
        /// Records that are published by now.
        var published = 0
        var position: Int?
    }

    var logs: [PartitionKey: Log]
    var events: [SessionEvent]
    var restoring: [(partition: PartitionKey, assignment: AssignmentID)] = []
    var committing: UInt64?
    var isCounting = false
    private(set) var waitingRecords = 0
    private let value: (Int) -> [UInt8]
    private let hasRead: (Int) -> Void
    private let beginning: Int64

    /// - Parameter hasRead: told of each record before it is delivered.
    init(_ logs: [PartitionKey: Log], beginning: Int64, value: @escaping (Int) -> [UInt8], hasRead: @escaping (Int) -> Void) {
        self.logs = logs
        self.beginning = beginning
        self.value = value
        self.hasRead = hasRead
        events = [.assign(logs.keys.sorted())]
    }

    var partitionCount: Int { logs.count }
    func nextEvent() -> SessionEvent? { events.isEmpty ? nil : events.removeFirst() }
    func assign(_ partitions: [PartitionKey]) {}
    func unassign(_ partitions: [PartitionKey]) {}
    func membership() -> Membership? { Membership(generation: 1, memberID: "m") }
    func leaveGroup() {}
    let isClosed = false

    func read(_ partition: PartitionKey, _ receive: (PartitionEvent) -> Bool) {
        while let log = logs[partition], let position = log.position, position < log.published {
            logs[partition]?.position = position + 1
            let request = log.requests[position]
            hasRead(request)
            let goesOn = value(request).withUnsafeBytes { value in
                guard let context = value.baseAddress else { return false }
                return receive(
                    .record(
                        LentRecord(
                            offset: Int64(position), timestamp: beginning, key: nil, value: value, context: context,
                            readHeaders: { _, _ in })))
            }
            guard goesOn else { return }
        }
    }
    func resume(_ partition: PartitionKey) {}
    func seek(_ partition: PartitionKey, to offset: Int64) { logs[partition]?.position = Int(offset) }
    func knowsEnd(of partition: PartitionKey) -> Bool { true }

    func commit(_ content: TransactionContent, alive: [Bool], topics: TransactionTopics, number: UInt64, behind: UInt64?) {
        committing = number
        for record in content.records where record.destination == .ledger {
            let value = record.value.map { Array(content.bytes[$0]) } ?? []
            guard case .open(let entry)? = try? value.withUnsafeBytes({ try LedgerCodec.decode($0) }) else { continue }
            if entry.state == .waiting, entry.attempt == 0 { waitingRecords += 1 }
        }
    }
    func rebuildProducers() {}
    func isCommitOverdue(at now: MonotonicInstant) -> Bool { false }
    func takeTrouble() -> Bool { false }
    func takeLateInitialisations(of producer: Int) -> Int { 0 }

    func restore(_ partition: PartitionKey, ledger: String, for assignment: AssignmentID, wantedWhile liveness: Liveness) {
        restoring.append((partition, assignment))
    }
    func look(at partition: PartitionKey, ledger: String, for assignment: AssignmentID) {}
    func sweep(_ request: SweepRequest, of partition: PartitionKey, for assignment: AssignmentID) {}
    func countPartitions(of topics: [String]) { isCounting = true }
    func abandon() {}
    func free() {}
}
