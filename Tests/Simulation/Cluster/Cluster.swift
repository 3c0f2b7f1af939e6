import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// Kafka, simulated: one broker that leads every partition and coordinates the group and all transactions. Requests reach it by
/// `send` (Cluster+Network), and what it does is done at once when they do.
final class Cluster {
    let world: World
    let options: ClusterOptions
    let arena = ByteArena()
    let logs: [PartitionLog]
    /// Name, and which of `logs` are its partitions.
    let topics: [(name: String, logs: Range<Int>)]
    /// Of the topics that members subscribe to.
    let requestLogs: [Int]
    private(set) lazy var group = ConsumerGroup(cluster: self)

    // Transactions (Cluster+Transactions).
    var producers: [TransactionalID] = []
    var transactions: [BrokerTransaction] = []
    var openTransactions = 0
    var isLookArmed = false

    // Offsets of the group, by log (Cluster+Offsets).
    var committed: [Int64?]
    var committedOrder: [Int]
    var offsetOrder = 0
    /// Sent into transactions whose marker has not reached the offsets.
    var pending: [PendingOffset] = []

    // Trouble (Cluster+Faults).
    var awayUntil = MonotonicInstant(nanoseconds: .min)
    var coordinatorAwayUntil = MonotonicInstant(nanoseconds: .min)
    var slowUntil = MonotonicInstant(nanoseconds: .min)
    var clients: [ClusterClient] = []
    /// Off: nothing goes wrong any more of its own accord.
    var hasFaults = true

    // MARK: What a judge hears, at the moment it happens

    var onDecided: ((DecidedTransaction) -> Void)?
    var onEvicted: ((ClusterClient) -> Void)?
    var onAssigned: ((ClusterClient, _ generation: Int32, [PartitionKey]) -> Void)?
    /// An initialisation of a process that is gone has come late, and fenced who has its names now.
    var onLateInitialisation: ((_ stem: String) -> Void)?
    /// Faults that have happened, by name.
    var onFault: ((StaticString) -> Void)?

    init(world: World, options: ClusterOptions) {
        self.world = world
        self.options = options
        var logs: [PartitionLog] = []
        var topics: [(name: String, logs: Range<Int>)] = []
        for topic in options.topics {
            let first = logs.count
            for partition in 0..<topic.partitions {
                logs.append(
                    PartitionLog(
                        index: logs.count, key: PartitionKey(topic: topic.name, partition: partition), isCompacted: topic.isCompacted,
                        firstOffset: options.firstOffset))
            }
            topics.append((topic.name, first..<logs.count))
        }
        self.logs = logs
        self.topics = topics
        requestLogs = options.requestTopics.flatMap { name in topics.first { $0.name == name }.map { Array($0.logs) } ?? [] }
        committed = Array(repeating: nil, count: logs.count)
        committedOrder = Array(repeating: -1, count: logs.count)
    }

    var now: MonotonicInstant { world.monotonic }

    /// The schedule is over: members know their clients, and clients their cluster.
    func forget() {
        group = ConsumerGroup(cluster: self)
        clients = []
    }

    // MARK: Topics

    func logs(of topic: String) -> Range<Int>? {
        for candidate in topics where candidate.name == topic { return candidate.logs }
        return nil
    }

    func log(_ topic: String, _ partition: Int32) -> PartitionLog? {
        guard let logs = logs(of: topic), partition >= 0, Int(partition) < logs.count else { return nil }
        return self.logs[logs.lowerBound + Int(partition)]
    }

    func log(_ key: PartitionKey) -> PartitionLog? { log(key.topic, key.partition) }

    /// Where the client library's partitioner puts a key.
    func log(of topic: String, forKey key: UnsafeRawBufferPointer?) -> PartitionLog? {
        guard let logs = logs(of: topic), !logs.isEmpty else { return nil }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in key ?? UnsafeRawBufferPointer(start: nil, count: 0) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return self.logs[logs.lowerBound + Int(hash % UInt64(logs.count))]
    }

    // MARK: The outside world

    /// By a plain producer: committed at once.
    ///
    /// - Returns: its offset.
    @discardableResult
    func produce(
        topic: String, partition: Int32, key: [UInt8]?, value: [UInt8]?, headers: [(name: [UInt8], value: [UInt8]?)] = [],
        timestamp: Int64
    ) -> Int64 {
        guard let log = log(topic, partition) else { preconditionFailure("no such partition: \(topic)-\(partition)") }
        var list: [UInt8] = []
        for header in headers {
            withUnsafeBytes(of: Int32(header.name.count)) { list.append(contentsOf: $0) }
            withUnsafeBytes(of: Int32(header.value?.count ?? -1)) { list.append(contentsOf: $0) }
            list.append(contentsOf: header.name)
            list.append(contentsOf: header.value ?? [])
        }
        let offset = log.append(
            timestamp: timestamp, transaction: -1, key: key.map { arena.copy($0) }, value: value.map { arena.copy($0) },
            headers: list.withUnsafeBytes { arena.copyHeaders($0) })
        moreIsStable(log)
        return offset
    }

    func isVisible(_ entry: LogEntry) -> Bool {
        !entry.isMarker && (entry.transaction < 0 || transactions[Int(entry.transaction)].isCommitted)
    }

    /// As a read_committed reader sees them now.
    ///
    /// - Returns: where the next visit goes on.
    @discardableResult
    func visitCommitted(topic: String, partition: Int32, from offset: Int64, _ body: (ClusterRecord) -> Void) -> Int64 {
        guard let log = log(topic, partition) else { return offset }
        let stable = log.lastStable
        var index = log.position(of: max(offset, log.low))
        while index < log.entries.count, log.entries[index].offset < stable {
            if isVisible(log.entries[index]) { body(ClusterRecord(key: log.key, entry: log.entries[index])) }
            index += 1
        }
        return max(offset, stable)
    }

    func committedRecords(topic: String, partition: Int32, from offset: Int64) -> [ClusterRecord] {
        var records: [ClusterRecord] = []
        visitCommitted(topic: topic, partition: partition, from: offset) { records.append($0) }
        return records
    }

    /// The newest value of a ledger's key among what is decided, landed or not. Nil: none; nil inside: a tombstone.
    func newestDecidedEntry(ledger: String, partition: Int32, key: [UInt8]) -> [UInt8]?? {
        guard let log = log(ledger, partition) else { return nil }
        for entry in log.entries.reversed() {
            guard let candidate = entry.key, candidate.count == key.count, isVisible(entry), candidate.elementsEqual(key) else { continue }
            return .some(entry.value.map { [UInt8]($0) })
        }
        return nil
    }
}
