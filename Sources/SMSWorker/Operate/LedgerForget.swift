internal import EventLoop
package import Kafka
package import Requests
internal import SMSPipeline
internal import Time

/// Takes damaged records out of ledgers, so that their partitions open again. Blocks.
///
/// Only what no worker of this group can read goes: a good record is a request that is open, or an id that must not be sent again. The tombstone is
/// written in a transaction with the group's offset, unchanged, as every write to a ledger; running workers look at their closed partitions
/// every few seconds and go on by themselves.
package struct LedgerForget {
    package enum Subject: Equatable, Sendable {
        case key([UInt8])
        /// Of the record, in the ledger's partition.
        case offset(Int64)

        package func means(_ damage: DamagedRecords.Damage) -> Bool {
            switch self {
            case .key(let key): damage.key == key
            case .offset(let offset): damage.offset == offset
            }
        }
    }

    package struct Finding: Equatable, Sendable {
        /// Of the request topic.
        package let partition: TopicPartition
        package let damage: DamagedRecords.Damage
    }

    private let configuration: WorkerConfiguration
    private let timings: KafkaTimings
    private let offsets: GroupOffsets
    private let reader: PartitionReader
    private let timeout = Duration.seconds(20)

    package init(_ configuration: WorkerConfiguration) throws(KafkaError) {
        self.configuration = configuration
        let kafka = configuration.kafka
        timings = KafkaTimings(kafka.properties)
        offsets = try GroupOffsets(
            group: kafka.groupID, bootstrapServers: kafka.bootstrapServers, properties: kafka.properties.forConsumers)
        reader = try PartitionReader(bootstrapServers: kafka.bootstrapServers, properties: kafka.properties.forConsumers)
    }

    /// The damaged records of these partitions of request topics: each keeps its partition closed.
    package func look(_ partitions: [TopicPartition]) throws(KafkaError) -> [Finding] {
        var findings: [Finding] = []
        for partition in partitions {
            let ledger = TopicPartition(topic: configuration.topics.ledger(of: partition.topic), partition: partition.partition)
            let marks = try reader.uncommittedWatermarks(ledger, timeout: timeout)
            var damaged = DamagedRecords(now: WallTime.now.milliseconds, group: configuration.kafka.groupID)
            let isCancelled = { false }
            try reader.read(ledger, from: marks.low, through: marks.high, stall: timings.transaction + timeout, isCancelled: isCancelled) {
                damaged.add(key: $1, value: $2, at: $0)
                return true
            }
            findings += damaged.damages.map { Finding(partition: partition, damage: $0) }
        }
        return findings
    }

    /// - Throws: where Kafka did not take it; nothing was changed then, unless the error comes from the commit itself.
    package func forget(_ findings: [Finding]) throws(KafkaError) {
        var committed: [ConsumerOffset] = []
        for partition in Set(findings.map(\.partition)) {
            guard let offset = try offsets.committed(partition, timeout: timeout) else { continue }
            committed.append(ConsumerOffset(topic: partition.topic, partition: partition.partition, offset: offset))
        }
        let kafka = configuration.kafka
        // The name of `offsets repair`: of two at once, the earlier is fenced.
        let producer = try TransactionalProducer(
            transactionalID: "\(kafka.groupID)-repair", bootstrapServers: kafka.bootstrapServers,
            properties: kafka.properties.forProducers)
        defer { producer.destroy() }
        try producer.initTransactions(timeout: timings.transaction + timeout)
        let ledgers = Set(findings.map { configuration.topics.ledger(of: $0.partition.topic) }).sorted()
        try producer.askMetadata(of: ledgers, timeout: timeout)
        try producer.begin()
        do throws(KafkaError) {
            for finding in findings { try erase(finding, with: producer) }
            try producer.flush(timeout: timings.transaction)
            if !committed.isEmpty {
                try producer.sendOffsets(committed, metadata: GroupMetadata(group: kafka.groupID), timeout: timeout)
            }
            try producer.commit(timeout: timings.transaction)
        } catch {
            // The first error is the one to tell; what cannot be aborted either, the broker ends at the transaction's timeout.
            try? producer.abort(timeout: timings.transaction)
            throw error
        }
    }

    private func erase(_ finding: Finding, with producer: TransactionalProducer) throws(KafkaError) {
        // One byte more than needed, so that an empty key has an address too.
        let failure: KafkaError? = (finding.damage.key + [0]).withUnsafeBytes { bytes in
            do throws(KafkaError) {
                try producer.produce(
                    topic: configuration.topics.ledger(of: finding.partition.topic), partition: finding.partition.partition,
                    key: UnsafeRawBufferPointer(rebasing: bytes.dropLast()), value: nil)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }
}
