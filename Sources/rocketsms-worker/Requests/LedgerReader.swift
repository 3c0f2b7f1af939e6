internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// Asks the ledgers of request partitions. Blocks; one thread.
struct LedgerReader {
    /// A transaction whose worker died is open for its timeout and the broker's own look at it.
    private static let stall = Duration.seconds(40)

    private let cluster: Cluster
    private let reader: PartitionReader

    init(_ cluster: Cluster) throws(CommandFailure) {
        self.cluster = cluster
        do throws(KafkaError) {
            let kafka = cluster.configuration.kafka
            reader = try PartitionReader(bootstrapServers: kafka.bootstrapServers, properties: kafka.properties.forConsumers)
        } catch {
            throw CommandFailure(.configuration, "\(error.message).")
        }
    }

    /// - Throws: where a ledger is missing, or cannot be read.
    func ask(_ subject: LedgerInquiry.Subject, of places: [TopicPartition]) throws(CommandFailure) -> [FoundRequest] {
        var found: [FoundRequest] = []
        for place in places {
            for answer in try ask(subject, place) { found.append(FoundRequest(place: place, answer: answer)) }
        }
        return found
    }

    private func ask(_ subject: LedgerInquiry.Subject, _ place: TopicPartition) throws(CommandFailure) -> [LedgerInquiry.Answer] {
        let ledger = TopicPartition(topic: cluster.topics.ledger(of: place.topic), partition: place.partition)
        // A partition that has no ledger yet has no requests either.
        guard try cluster.partitions(of: ledger.topic) > Int(ledger.partition) else { return [] }
        var inquiry = LedgerInquiry(subject)
        var damage: (error: LedgerError, offset: Int64)?
        do throws(KafkaError) {
            let marks = try reader.uncommittedWatermarks(ledger, timeout: Cluster.timeout)
            let isCancelled = { false }
            try reader.readRecords(ledger, from: marks.low, through: marks.high, stall: Self.stall, isCancelled: isCancelled) { record in
                let (offset, timestamp) = (record.offset, record.timestamp)
                record.withKey { key in
                    record.withValue { value in
                        do throws(LedgerError) {
                            try inquiry.add(key: key, value: value, timestamp: timestamp)
                        } catch {
                            damage = (error, offset)
                        }
                    }
                }
                return damage == nil
            }
        } catch {
            throw CommandFailure("The ledger \(ledger) cannot be read", error)
        }
        if let damage {
            throw CommandFailure(.failed, "The ledger \(ledger) cannot be read: \(damage.error), at offset \(damage.offset).")
        }
        return inquiry.answers
    }
}
