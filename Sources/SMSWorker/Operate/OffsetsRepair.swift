internal import EventLoop
package import Kafka
internal import Requests
internal import SMSPipeline
internal import Time

/// Gives partitions that the workers keep closed an offset again. Blocks.
///
/// Works beside running workers: they look at their closed partitions every few seconds and go on by themselves. Partitions that are not
/// closed are not touched.
package struct OffsetsRepair {
    /// What became of a closed partition.
    package struct Finding: Sendable {
        package enum Outcome: Sendable {
            case repaired(to: Int64)
            /// The end of a sentence.
            case refused(String)
        }

        package let partition: TopicPartition
        /// Why it was closed, as the worker says it.
        package let reason: String
        package let outcome: Outcome
        /// What its ledger says of times without questions: it goes on saying so.
        /// What its empty key holds beside the offset stays as it is.
        var recorded: LedgerCodec.Recorded?
    }

    private let configuration: WorkerConfiguration
    private let timings: KafkaTimings
    private let offsets: GroupOffsets
    private let reading: LedgerReading

    package init(_ configuration: WorkerConfiguration) throws(KafkaError) {
        self.configuration = configuration
        let kafka = configuration.kafka
        timings = KafkaTimings(kafka.properties)
        offsets = try GroupOffsets(
            group: kafka.groupID, bootstrapServers: kafka.bootstrapServers, properties: kafka.properties.forConsumers)
        let reader = try PartitionReader(bootstrapServers: kafka.bootstrapServers, properties: kafka.properties.forConsumers)
        reading = LedgerReading(reader: reader, timeout: .seconds(20), stall: timings.transaction + .seconds(20))
    }

    /// Looks at every partition, and changes nothing.
    ///
    /// - Parameter partitions: of the request topics.
    /// - Throws: where Kafka did not answer.
    package func look(_ choice: RepairChoice, _ partitions: [TopicPartition]) throws(KafkaError) -> [Finding] {
        var findings: [Finding] = []
        for partition in partitions {
            if let finding = try look(choice, partition) { findings.append(finding) }
        }
        return findings
    }

    /// Writes the offsets of what was looked at in one transaction: all of them, or none.
    ///
    /// - Throws: where Kafka did not answer; nothing was changed then, unless the error comes from the commit itself.
    package func write(_ findings: [Finding]) throws(KafkaError) {
        let repairs: [ConsumerOffset] = findings.compactMap { finding in
            guard case .repaired(let offset) = finding.outcome else { return nil }
            return ConsumerOffset(topic: finding.partition.topic, partition: finding.partition.partition, offset: offset)
        }
        let recorded = Dictionary(findings.map { ($0.partition, $0.recorded) }) { first, _ in first }
        if !repairs.isEmpty { try write(repairs, recorded) }
    }

    private func look(_ choice: RepairChoice, _ partition: TopicPartition) throws(KafkaError) -> Finding? {
        let restore: PartitionRestore
        do throws(RestoreError) {
            restore = try reading.read(
                requests: partition, ledger: configuration.topics.ledger(of: partition.topic), isCancelled: { false },
                committed: { (requests) throws(KafkaError) in try offsets.committed(requests, timeout: reading.timeout) })
        } catch {
            switch error {
            case .kafka(let error) where error.isMissingTopic:
                return Finding(
                    partition: partition, reason: "it has no ledger partition", outcome: .refused("`topics create` makes it"))
            case .kafka(let error): throw KafkaError(error)
            case .ledger, .cancelled:
                return Finding(
                    partition: partition, reason: error.description, outcome: .refused("its ledger cannot be read: see `ledger forget`"))
            }
        }
        let group = configuration.kafka.groupID
        let decision = RestoreDecision.decide(
            group: group, committed: restore.committed, low: restore.low, high: restore.high, ledger: restore.ledger)
        guard case .closed(let reason, let isRepairable) = decision else { return nil }
        guard isRepairable else {
            return Finding(
                partition: partition, reason: reason,
                outcome: .refused("give this group request topics or a ledger of its own, or see `ledger forget`"))
        }
        switch choice.offset(restore) {
        case .success(let offset):
            return Finding(
                partition: partition, reason: reason, outcome: .repaired(to: offset),
                recorded: restore.ledger.recorded)
        case .failure(let refusal): return Finding(partition: partition, reason: reason, outcome: .refused(refusal.reason))
        }
    }

    /// Offset and empty-key record belong together: a worker that found one without the other would close the partition again.
    private func write(_ repairs: [ConsumerOffset], _ recorded: [TopicPartition: LedgerCodec.Recorded?]) throws(KafkaError) {
        let kafka = configuration.kafka
        // One name for all: of two repairs at once, the earlier is fenced.
        let producer = try TransactionalProducer(
            transactionalID: "\(kafka.groupID)-repair", bootstrapServers: kafka.bootstrapServers,
            properties: kafka.properties.forProducers)
        defer { producer.destroy() }
        try producer.initTransactions(timeout: timings.transaction + .seconds(20))
        let ledgers = Set(repairs.map { configuration.topics.ledger(of: $0.topic) }).sorted()
        try producer.askMetadata(of: ledgers, timeout: reading.timeout)
        try producer.begin()
        do throws(KafkaError) {
            for repair in repairs {
                let partition = TopicPartition(topic: repair.topic, partition: repair.partition)
                try record(repair, recorded[partition] ?? nil, with: producer)
            }
            try producer.flush(timeout: timings.transaction)
            try producer.sendOffsets(repairs, metadata: GroupMetadata(group: kafka.groupID), timeout: reading.timeout)
            try retrying { () throws(KafkaError) in try producer.commit(timeout: timings.transaction) }
        } catch {
            // The first error is the one to tell; what cannot be aborted either, the broker ends at the transaction's timeout.
            try? producer.abort(timeout: timings.transaction)
            throw error
        }
    }

    private func record(
        _ repair: ConsumerOffset, _ earlier: LedgerCodec.Recorded?, with producer: TransactionalProducer
    ) throws(KafkaError) {
        var value: [UInt8] = []
        let recorded = LedgerCodec.Recorded(
            group: configuration.kafka.groupID, offset: repair.offset, standstills: earlier?.standstills ?? [], receipts: earlier?.receipts)
        LedgerCodec.encode(recorded, into: &value)
        let failure: KafkaError? = value.withUnsafeBytes { bytes in
            do throws(KafkaError) {
                try producer.produce(
                    topic: configuration.topics.ledger(of: repair.topic), partition: repair.partition,
                    key: UnsafeRawBufferPointer(start: bytes.baseAddress, count: 0), value: bytes)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    /// The same call again, never another one, while the broker only is slow.
    private func retrying(_ call: () throws(KafkaError) -> Void) throws(KafkaError) {
        let deadline = MonotonicInstant.now + timings.transaction
        while true {
            do throws(KafkaError) { return try call() } catch {
                guard error.classification == .retriable, MonotonicInstant.now < deadline else { throw error }
            }
        }
    }
}
