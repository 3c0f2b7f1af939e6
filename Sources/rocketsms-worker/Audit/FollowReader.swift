internal import EventLoop
internal import Glibc
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker
internal import Time

/// Reads the topics on and on for `audit --follow`, pass by pass. Blocks; one thread. Nothing is joined.
struct FollowReader {
    /// Between two passes.
    private static let pause = Duration.milliseconds(500)
    /// How often partitions are counted.
    private static let refresh = Duration.seconds(30)

    /// Why what is known is thrown away, and begun anew: the end of a sentence.
    private struct Restart: Error {
        let reason: String
    }

    private let cluster: Cluster
    private let reader: PartitionReader
    private let offsets: GroupOffsets
    private let stop: StopFlag
    private var follow: AuditFollow
    private var requests: [TopicPartition] = []
    /// Of ledgers, status and dead letters: where reading goes on.
    private var positions: [TopicPartition: Int64] = [:]
    private var counted = MonotonicInstant.now

    init(_ cluster: Cluster, stop: StopFlag) throws(CommandFailure) {
        self.cluster = cluster
        self.stop = stop
        follow = AuditFollow(topics: cluster.topics.allRequests)
        let kafka = cluster.configuration.kafka
        do throws(KafkaError) {
            reader = try PartitionReader(bootstrapServers: kafka.bootstrapServers, properties: kafka.properties.forConsumers)
            offsets = try GroupOffsets(
                group: kafka.groupID, bootstrapServers: kafka.bootstrapServers, properties: kafka.properties.forConsumers)
        } catch {
            throw CommandFailure(.configuration, "\(error.message).")
        }
    }

    /// What the reader tells of itself.
    enum News {
        /// Request partitions that it follows from now on.
        case began(partitions: Int)
        /// A pass is over.
        case passed(findings: [AuditFinding], AuditCounts, remembered: Int)
        /// What has grown since is not judged.
        case restarted(reason: String)
        /// It tries again.
        case trouble(KafkaError)
    }

    /// Until it is stopped, or told so.
    ///
    /// - Parameter tell: whether to go on.
    /// - Throws: where a topic is missing, or a right.
    mutating func run(_ tell: (News) throws -> Bool) throws {
        var hasBegun = false
        while !stop.isSet {
            do {
                if !hasBegun {
                    try begin()
                    hasBegun = true
                    guard try tell(.began(partitions: requests.count)) else { return }
                }
                try pass()
                guard try tell(.passed(findings: follow.takeFindings(), follow.counts, remembered: follow.remembered)) else { return }
            } catch let restart as Restart {
                // What was found before it was too much was there; of topics that were made anew nothing is sure.
                if follow.isOverrun, !(try tell(.passed(findings: follow.takeFindings(), follow.counts, remembered: follow.remembered))) {
                    return
                }
                guard try tell(.restarted(reason: restart.reason)) else { return }
                hasBegun = false
            } catch let error as KafkaError {
                if stop.isSet { return }
                if error.isAuthorization { throw CommandFailure("The topics cannot be followed", error) }
                guard try tell(.trouble(error)) else { return }
            }
            sleep()
        }
    }

    private func sleep() {
        let end = MonotonicInstant.now + Self.pause
        while !stop.isSet, MonotonicInstant.now < end { usleep(50_000) }
    }

    // MARK: Beginning

    private mutating func begin() throws {
        follow = AuditFollow(topics: cluster.topics.allRequests)
        positions = [:]
        let counts = try partitionCounts()
        requests = cluster.topics.allRequests.flatMap { places($0, counts[$0] ?? 0) }
        // Below open transactions: what they have written already belongs to requests that are read later than the offsets asked below.
        for topic in [cluster.topics.status, cluster.topics.deadLetter] {
            for place in places(topic, counts[topic] ?? 0) {
                positions[place] = try reader.committedEnd(of: place, timeout: Cluster.timeout)
            }
        }
        var committed: [TopicPartition: Int64?] = [:]
        for partition in requests { committed[partition] = try self.committed(partition) }
        for partition in requests {
            let key = PartitionKey(topic: partition.topic, partition: partition.partition)
            let offset = committed[partition] ?? nil
            follow.begin(key, committed: offset ?? 0)
            guard counts[cluster.topics.ledger(of: partition.topic)] ?? 0 > Int(partition.partition) else { continue }
            let ledger = ledger(of: partition)
            positions[ledger] = 0
            try readOn(ledger) { $0.begin(ledgerOf: key, key: $1, value: $2) }
            if offset == nil { follow.beginWhereTheLedgerStands(key) }
        }
    }

    private mutating func partitionCounts() throws -> [String: Int] {
        counted = .now
        let names = TopicInspection.names(cluster.topics)
        let found = try reader.metadata(of: names, timeout: Cluster.timeout).topics
        var counts: [String: Int] = [:]
        for name in names {
            guard let topic = found[name], topic.partitions > 0 else {
                let error = found[name]?.error
                if let error, !error.isUnknownTopic { throw error }
                throw CommandFailure(.configuration, "The topic \(UsageError.excerpt(name)) does not exist.")
            }
            counts[name] = topic.partitions
        }
        return counts
    }

    private func places(_ topic: String, _ count: Int) -> [TopicPartition] {
        (0..<Int32(clamping: count)).map { TopicPartition(topic: topic, partition: $0) }
    }

    private func ledger(of partition: TopicPartition) -> TopicPartition {
        TopicPartition(topic: cluster.topics.ledger(of: partition.topic), partition: partition.partition)
    }

    /// Nil without the right to ask, or where there is none: what the ledger has recorded must do.
    private func committed(_ partition: TopicPartition) throws -> Int64? {
        do throws(KafkaError) { return try offsets.committed(partition, timeout: Cluster.timeout) } catch {
            guard error.isGroupAuthorization else { throw error }
            return nil
        }
    }

    // MARK: A pass

    private mutating func pass() throws {
        if MonotonicInstant.now - counted > Self.refresh {
            let counts = try partitionCounts()
            let now = cluster.topics.allRequests.reduce(0) { $0 + (counts[$1] ?? 0) }
            let streams = [cluster.topics.status, cluster.topics.deadLetter].contains { topic in
                (counts[topic] ?? 0) != positions.keys.count { $0.topic == topic }
            }
            if now != requests.count || streams { throw Restart(reason: "a topic has another number of partitions") }
        }
        for partition in requests { try beginPass(partition) }
        for partition in requests where positions[ledger(of: partition)] != nil {
            let key = PartitionKey(topic: partition.topic, partition: partition.partition)
            try readOn(ledger(of: partition)) { $0.see(ledgerOf: key, key: $1, value: $2) }
        }
        for place in positions.keys.sorted(by: { $0.partition < $1.partition }) where place.topic == cluster.topics.status {
            try readRecordsOn(place) { record, follow in
                let at = RecordPosition(topic: place.topic, partition: place.partition, offset: record.offset)
                follow.see(StatusTail.event(record), record: at)
            }
        }
        for place in positions.keys.sorted(by: { $0.partition < $1.partition }) where place.topic == cluster.topics.deadLetter {
            try readRecordsOn(place) { record, follow in
                if let position = AuditReader.deadLetterPosition(record) { follow.see(deadLetterOf: position) }
            }
        }
        for partition in requests { try readRequests(partition) }
        follow.endPass()
        try endIfOverrun()
    }

    private func endIfOverrun() throws {
        if follow.isOverrun { throw Restart(reason: "there is more on its way, or more is wrong, than it keeps in memory") }
    }

    private mutating func beginPass(_ partition: TopicPartition) throws {
        let key = PartitionKey(topic: partition.topic, partition: partition.partition)
        let offset = try committed(partition)
        let end = try reader.uncommittedWatermarks(partition, timeout: Cluster.timeout).high
        if follow.beginPass(key, committed: offset, end: end) { throw Restart(reason: "the group's offset of \(partition) was set back") }
    }

    private mutating func readOn(
        _ place: TopicPartition, _ body: (inout AuditFollow, UnsafeRawBufferPointer?, UnsafeRawBufferPointer?) -> Void
    ) throws {
        try readRecordsOn(place) { record, follow in record.withKey { key in record.withValue { body(&follow, key, $0) } } }
    }

    /// From where it was left to an end above open transactions.
    private mutating func readRecordsOn(_ place: TopicPartition, _ body: (borrowing Record, inout AuditFollow) -> Void) throws {
        let marks = try reader.uncommittedWatermarks(place, timeout: Cluster.timeout)
        let from = positions[place] ?? 0
        if from > marks.high { throw Restart(reason: "\(place) was made anew") }
        var next = max(from, marks.low)
        defer { positions[place] = next }
        let isCancelled = { [stop] in stop.isSet }
        next = try reader.readRecords(place, from: next, through: marks.high, stall: AuditReader.stall, isCancelled: isCancelled) {
            record in
            body(record, &follow)
            next = record.offset + 1
            return !follow.isOverrun
        }
        try endIfOverrun()
    }

    private mutating func readRequests(_ partition: TopicPartition) throws {
        let key = PartitionKey(topic: partition.topic, partition: partition.partition)
        guard let range = follow.range(of: key), !range.isEmpty else { return }
        let low = try reader.uncommittedWatermarks(partition, timeout: Cluster.timeout).low
        if low > range.lowerBound { throw Restart(reason: "retention has deleted requests of \(partition) that were not judged") }
        let isPriorityTopic = cluster.topics.priorityRequests.contains(partition.topic)
        let isCancelled = { [stop] in stop.isSet }
        try reader.readRecords(
            partition, from: range.lowerBound, through: range.upperBound, stall: AuditReader.stall, isCancelled: isCancelled
        ) { record in
            // What the group has not read yet is another pass's.
            guard record.offset < range.upperBound else { return false }
            let position = RecordPosition(topic: partition.topic, partition: partition.partition, offset: record.offset)
            follow.see(AuditReader.decode(record, position, isPriorityTopic), at: position)
            return record.offset + 1 < range.upperBound
        }
    }
}
