import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// Where a script runs: the simulated cluster, or a real one behind the same calls.
protocol ScriptBench: AnyObject {
    /// Lets time pass until something is so.
    ///
    /// - Returns: false where it was not so within `limit`.
    func wait(upTo limit: Duration, until isSo: () -> Bool) -> Bool
    /// A session under these names, once it is made; nil: it could not be.
    func open(stem: String, instanceID: String?) -> ScriptMember?
    /// One that is opened beside what else happens.
    func begin(stem: String, instanceID: String?) -> ScriptMember
    func freeze(_ member: ScriptMember)
    func thaw(_ member: ScriptMember)
    func kill(_ member: ScriptMember)
    /// Kills a member in the midst of a transaction: its record is in the ledger, and it is not ended.
    func killInTransaction(_ member: ScriptMember, _ expect: ClusterScripts.Expectations)
    /// A record of the request topic, by a plain producer.
    func produce(partition: Int32, value: String) -> Int64
    /// What a read_committed reader sees of the status topic.
    func statuses() -> [String]
    func committedOffset(partition: Int32) -> Int64?
    func expireRequests()
    func refuseStatuses(for duration: Duration)
    func brokerAway(for duration: Duration)
    /// Where the ledger ends, above open transactions.
    func ledgerEnd(partition: Int32) -> Int64
    /// Whether some transaction is not ended and written.
    var isTransactionOpen: Bool { get }
}

/// A session with its events answered at once, unless the script keeps them.
final class ScriptMember {
    private let requests: String
    private let topics: TransactionTopics

    var session: (any LedgerSession)?
    var failure: BrokerError?
    var keepsRevokes = false
    private(set) var kept: [PartitionKey]?
    private(set) var owned: [Int32] = []
    private(set) var revokes: [(partitions: [Int32], isLost: Bool)] = []
    private(set) var assigns = 0
    private(set) var errors: [BrokerError] = []
    private(set) var results: [UInt64: CommitResult<BrokerError>] = [:]
    private(set) var restored: [Int32: Result<PartitionRestore, RestoreError>] = [:]
    private(set) var rebuilt = 0
    private var number: UInt64 = 0

    init(requests: String = "sms.requests", status: String = "sms.status", deadLetter: String = "sms.dead-letter") {
        self.requests = requests
        topics = TransactionTopics(status: status, deadLetter: deadLetter)
    }

    /// What there is to poll.
    func poll() {
        while let event = session?.nextEvent() {
            switch event {
            case .assign(let partitions):
                assigns += 1
                try? session?.assign(partitions)
                owned = (owned + partitions.map(\.partition)).sorted()
            case .revoke(let partitions, let isLost):
                revokes.append((partitions.map(\.partition), isLost))
                if keepsRevokes { kept = partitions } else { answer(partitions) }
            case .failed(let error): errors.append(error)
            }
        }
    }

    func answerKept() {
        guard let partitions = kept else { return }
        kept = nil
        answer(partitions)
    }

    private func answer(_ partitions: [PartitionKey]) {
        owned.removeAll { partition in partitions.contains { $0.partition == partition } }
        try? session?.unassign(partitions)
    }

    func receive(_ answer: SessionAnswer) {
        switch answer {
        case .committed(let number, let report): results[number] = report.result
        case .restored(let key, _, let result): restored[key.partition] = result
        case .producersRebuilt: rebuilt += 1
        case .flushed, .swept, .counted, .looked: break
        }
    }

    // MARK: Transactions

    /// With the membership of now: one status record and an offset, and in the ledger that offset.
    func commit(_ partition: Int32, offset: Int64, status: String, behind: UInt64? = nil) -> UInt64 {
        _ = session?.membership()
        return commitAsRead(partition, offset: offset, status: status, behind: behind)
    }

    /// With the membership read last.
    func commitAsRead(_ partition: Int32, offset: Int64, status: String, behind: UInt64? = nil) -> UInt64 {
        var content = TransactionContent()
        content.owners = [
            TransactionContent.Owner(
                assignment: AssignmentID(value: 1), topic: requests, ledgerTopic: requests + ".ledger", partition: partition,
                offset: offset, highestEntry: -1)
        ]
        LedgerCodec.encode(LedgerCodec.Recorded(group: "sms-worker", offset: offset), into: &content.bytes)
        let recorded = content.bytes.startIndex..<content.bytes.endIndex
        content.bytes.append(contentsOf: Array(status.utf8))
        let value = recorded.endIndex..<content.bytes.endIndex
        content.records = [
            TransactionContent.Record(destination: .ledger, owner: 0, key: 0..<0, value: recorded, headers: 0..<0),
            TransactionContent.Record(destination: .status, owner: 0, key: value, value: value, headers: 0..<0),
        ]
        number += 1
        session?.commit(content, alive: [true], topics: topics, number: number, behind: behind)
        return number
    }

    func restore(_ partition: Int32, wantedWhile liveness: Liveness = Liveness()) {
        restored[partition] = nil
        session?.restore(
            PartitionKey(topic: requests, partition: partition), ledger: requests + ".ledger", for: AssignmentID(value: 1),
            wantedWhile: liveness)
    }

    // MARK: Records

    private(set) var read: [String] = []

    func start(_ partition: Int32, at offset: Int64) {
        let key = PartitionKey(topic: requests, partition: partition)
        try? session?.resume(key)
        try? session?.seek(key, to: offset)
    }

    /// Takes down what comes: values, `end 3`, and the names of errors.
    func take(_ partition: Int32) {
        session?.read(PartitionKey(topic: requests, partition: partition)) { event in
            switch event {
            case .record(let record): read.append(record.value.map { String(decoding: $0, as: UTF8.self) } ?? "null")
            case .end(let offset): read.append("end \(offset)")
            case .failed(let error): read.append(error.isOffsetLost ? "offset lost" : error.name)
            }
            return true
        }
    }
}

extension CommitResult<BrokerError> {
    var word: String {
        switch self {
        case .committed: "committed"
        case .withdrawn: "withdrawn"
        case .aborted(let error): "aborted \(error.name)"
        case .membership(let error): "membership \(error.name)"
        case .fenced: "fenced"
        case .fateOpen: "fate open"
        case .rival: "rival"
        }
    }
}
