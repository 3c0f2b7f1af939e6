internal import EventLoop
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker
internal import Time

/// Reads the topics for an audit, in the order that it needs, each up to where it ends now. Blocks; one thread.
struct AuditReader {
    /// A transaction whose worker died is open for its timeout and the broker's own look at it.
    static let stall = Duration.seconds(40)

    private let cluster: Cluster
    private let console: Console
    private let reader: PartitionReader
    private let offsets: GroupOffsets

    init(_ cluster: Cluster, _ console: Console) throws(CommandFailure) {
        self.cluster = cluster
        self.console = console
        let kafka = cluster.configuration.kafka
        do throws(KafkaError) {
            reader = try PartitionReader(bootstrapServers: kafka.bootstrapServers, properties: kafka.properties.forConsumers)
            offsets = try GroupOffsets(
                group: kafka.groupID, bootstrapServers: kafka.bootstrapServers, properties: kafka.properties.forConsumers)
        } catch {
            throw CommandFailure(.configuration, "\(error.message).")
        }
    }

    /// - Throws: where a topic is missing, or cannot be read.
    func run() throws(CommandFailure) -> Audit {
        let configuration = cluster.configuration
        let lifetime = configuration.send.maxAge + configuration.track.horizon + configuration.dedup.window
        var audit = Audit(idLifetime: lifetime, receipts: configuration.auditReceipts)
        var requests: [TopicPartition] = []
        for topic in cluster.topics.allRequests { requests += try partitions(of: topic) }
        var committed: [TopicPartition: Int64] = [:]
        for partition in requests { committed[partition] = try self.committed(partition) }
        try readReceipts(into: &audit)
        for partition in requests { try readLedger(of: partition, into: &audit) }
        for partition in try partitions(of: cluster.topics.status) { try readEvents(partition, into: &audit) }
        for partition in try partitions(of: cluster.topics.deadLetter) { try readDeadLetters(partition, into: &audit) }
        try readReceipts(into: &audit)
        for partition in requests { try readRequests(partition, committed: committed[partition], into: &audit) }
        audit.finish()
        console.endProgress()
        return audit
    }

    private func partitions(of topic: String) throws(CommandFailure) -> [TopicPartition] {
        (0..<Int32(clamping: try cluster.partitions(of: topic))).map { TopicPartition(topic: topic, partition: $0) }
    }

    /// Without the right to ask, what the ledger has recorded must do.
    private func committed(_ partition: TopicPartition) throws(CommandFailure) -> Int64? {
        do throws(KafkaError) { return try offsets.committed(partition, timeout: Cluster.timeout) } catch {
            guard error.isAuthorization else { throw CommandFailure("The group's offset of \(partition) cannot be asked", error) }
            return nil
        }
    }

    private func readLedger(of partition: TopicPartition, into audit: inout Audit) throws(CommandFailure) {
        let ledger = TopicPartition(topic: cluster.topics.ledger(of: partition.topic), partition: partition.partition)
        guard try cluster.partitions(of: ledger.topic) > Int(ledger.partition) else { return }
        let key = PartitionKey(topic: partition.topic, partition: partition.partition)
        var damaged = DamagedRecords(now: WallTime.now.milliseconds)
        try read(ledger) { record in
            let offset = record.offset
            record.withKey { name in
                record.withValue { value in
                    damaged.add(key: name, value: value, at: offset)
                    try? audit.see(ledgerOf: key, key: name, value: value)
                }
            }
            return true
        }
        for damage in damaged.damages {
            console.endProgress()
            console.note(LedgerReader.sentence(damage.error, at: damage.offset, of: ledger, partition))
        }
    }

    /// What was read before is left out the second time.
    private func readReceipts(into audit: inout Audit) throws(CommandFailure) {
        guard let smpp = cluster.configuration.smpp, let topic = cluster.topics.receipts else { return }
        var next = audit.receiptsEnd
        try read(TopicPartition(topic: topic.name, partition: 0), from: next) { low in
            audit.receiptsBegin(at: low)
            next = max(next, low)
        } _: { record in
            let number = record.offset
            next = max(next, number + 1)
            record.withValue { value in
                if let receipt = try? ReceiptRecord(value) { audit.see(receipt.receipt(number: number, smpp.identity)) }
            }
            return true
        }
        audit.receiptsRead(to: next)
    }

    private func readEvents(_ partition: TopicPartition, into audit: inout Audit) throws(CommandFailure) {
        try readHistory(partition, into: &audit) { record, audit in
            let place = RecordPosition(topic: partition.topic, partition: partition.partition, offset: record.offset)
            audit.see(StatusTail.event(record), record: place)
        }
    }

    private func readDeadLetters(_ partition: TopicPartition, into audit: inout Audit) throws(CommandFailure) {
        try readHistory(partition, into: &audit) { record, audit in
            if let position = Self.deadLetterPosition(record) { audit.see(deadLetterOf: position) }
        }
    }

    /// A topic whose beginning retention may have taken.
    private func readHistory(_ partition: TopicPartition, into audit: inout Audit, _ body: (borrowing Record, inout Audit) -> Void)
        throws(CommandFailure)
    {
        var oldest: Int64?
        let low = try read(partition) { record in
            if oldest == nil { oldest = record.timestamp }
            body(record, &audit)
            return true
        }
        if low > 0 { audit.historyBegins(at: oldest) }
    }

    private func readRequests(_ partition: TopicPartition, committed: Int64?, into audit: inout Audit) throws(CommandFailure) {
        let isPriorityTopic = cluster.topics.priorityRequests.contains(partition.topic)
        let key = PartitionKey(topic: partition.topic, partition: partition.partition)
        try read(partition) { low in
            audit.begin(key, low: low, committed: committed)
        } _: { record in
            let position = RecordPosition(topic: partition.topic, partition: partition.partition, offset: record.offset)
            audit.see(Self.decode(record, position, isPriorityTopic), at: position, timestamp: record.timestamp)
            return true
        }
    }

    static func decode(_ record: borrowing Record, _ position: RecordPosition, _ isPriorityTopic: Bool) -> DecodedRecord {
        var headers = RequestHeaders()
        record.withHeaders { headers.see(name: $0, value: $1) }
        return record.withKey { key in
            record.withValue { value in
                RequestDecoder.decode(
                    key: key, value: value, headers: headers, at: position, timestamp: record.timestamp, isPriorityTopic: isPriorityTopic)
            }
        }
    }

    static func deadLetterPosition(_ record: borrowing Record) -> RecordPosition? {
        var headers = RecordHeaders()
        record.withHeaders { headers.append(name: $0, value: $1) }
        guard let topic = headers["dlq-topic"], let partition = headers["dlq-partition"].flatMap({ Int32($0) }),
            let offset = headers["dlq-offset"].flatMap({ Int64($0) })
        else { return nil }
        return RecordPosition(topic: topic, partition: partition, offset: offset)
    }

    /// From the beginning to an end above open transactions.
    ///
    /// - Parameter begin: called with the log's low watermark, before the first record.
    /// - Returns: the log's low watermark.
    @discardableResult
    private func read(
        _ partition: TopicPartition, from start: Int64 = 0, _ begin: (Int64) -> Void = { _ in }, _ body: (borrowing Record) -> Bool
    ) throws(CommandFailure) -> Int64 {
        var count = 0
        do throws(KafkaError) {
            let marks = try reader.uncommittedWatermarks(partition, timeout: Cluster.timeout)
            begin(marks.low)
            let isCancelled = { false }
            let first = max(start, marks.low)
            guard first < marks.high else { return marks.low }
            try reader.readRecords(partition, from: first, through: marks.high, stall: Self.stall, isCancelled: isCancelled) { record in
                count += 1
                if count % 10_000 == 0 { console.progress("\(partition): \(count) records") }
                return body(record)
            }
            return marks.low
        } catch {
            console.endProgress()
            throw CommandFailure("\(partition) cannot be read", error)
        }
    }
}
