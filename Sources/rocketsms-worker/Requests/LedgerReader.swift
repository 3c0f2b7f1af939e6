internal import EventLoop
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker
internal import Time

/// Asks the ledgers of request partitions. Blocks; one thread.
struct LedgerReader {
    struct Answers: Sendable {
        var requests: [FoundRequest] = []
        /// Records that nobody can read; the console was told.
        var damaged = 0
    }

    /// A transaction whose worker died is open for its timeout and the broker's own look at it.
    private static let stall = Duration.seconds(40)

    private let cluster: Cluster
    private let console: Console
    private let reader: PartitionReader

    /// - Parameter console: told of damaged records.
    init(_ cluster: Cluster, _ console: Console) throws(CommandFailure) {
        self.cluster = cluster
        self.console = console
        do throws(KafkaError) {
            let kafka = cluster.configuration.kafka
            reader = try PartitionReader(bootstrapServers: kafka.bootstrapServers, properties: kafka.properties.forConsumers)
        } catch {
            throw CommandFailure(.configuration, "\(error.message).")
        }
    }

    /// A record that no worker wrote is told, and the others are answered all the same.
    ///
    /// - Throws: where a ledger is missing, or cannot be read.
    func ask(_ subject: LedgerInquiry.Subject, of places: [TopicPartition]) throws(CommandFailure) -> Answers {
        var answers = Answers()
        for place in places {
            guard let inquiry = try ask(subject, place) else { continue }
            answers.requests += inquiry.answers.map { FoundRequest(place: place, answer: $0) }
            answers.damaged += inquiry.damaged.damages.count
        }
        return answers
    }

    /// Which of these ids the ledgers of these partitions have, in any state.
    func known(_ ids: Set<[UInt8]>, in places: [TopicPartition]) throws(CommandFailure) -> Set<[UInt8]> {
        var known: Set<[UInt8]> = []
        for place in places { known.formUnion(try ask(.requests(ids: ids), place)?.knownIDs ?? []) }
        return known
    }

    /// What keeps a partition closed, and how to get out of it.
    static func sentence(_ error: LedgerError, at offset: Int64, of ledger: TopicPartition, _ place: TopicPartition) -> String {
        let forget = "`ledger forget --topic \(place.topic) --partition \(place.partition) --offset \(offset)"
        let remedy =
            switch error {
            case .malformed: "\(forget)` takes it out"
            case .otherGroup: "\(forget) --other-group` takes it out"
            case .unknownVersion: "use that worker"
            }
        return "\(ledger) has \(error), at offset \(offset): \(remedy)."
    }

    /// Where the ledger of a request partition ends now.
    func end(of place: TopicPartition) throws(CommandFailure) -> Int64 {
        let ledger = ledger(of: place)
        do throws(KafkaError) { return try reader.uncommittedWatermarks(ledger, timeout: Cluster.timeout).high } catch {
            throw CommandFailure("The ledger \(ledger) cannot be read", error)
        }
    }

    /// Follows the ledger until it forgets an id.
    ///
    /// - Parameter offset: of the ledger's log, from where on.
    /// - Returns: false where it did not in time.
    func hasTombstone(
        of id: [UInt8], in place: TopicPartition, from offset: Int64, until deadline: MonotonicInstant
    ) throws(CommandFailure) -> Bool {
        let ledger = ledger(of: place)
        var isFound = false
        do throws(KafkaError) {
            let isOver = { MonotonicInstant.now >= deadline }
            try reader.read(ledger, from: offset, through: .max, stall: .seconds(86_400), isCancelled: isOver) { _, key, value in
                isFound = value == nil && key.map { $0.elementsEqual(id) } == true
                return !isFound
            }
        } catch {
            if MonotonicInstant.now >= deadline { return isFound }
            throw CommandFailure("The ledger \(ledger) cannot be read", error)
        }
        return isFound
    }

    private func ledger(of place: TopicPartition) -> TopicPartition {
        TopicPartition(topic: cluster.topics.ledger(of: place.topic), partition: place.partition)
    }

    private func ask(_ subject: LedgerInquiry.Subject, _ place: TopicPartition) throws(CommandFailure) -> LedgerInquiry? {
        let ledger = ledger(of: place)
        // A partition that has no ledger yet has no requests either.
        guard try cluster.partitions(of: ledger.topic) > Int(ledger.partition) else { return nil }
        var inquiry = LedgerInquiry(subject, now: WallTime.now.milliseconds)
        do throws(KafkaError) {
            let marks = try reader.uncommittedWatermarks(ledger, timeout: Cluster.timeout)
            let isCancelled = { false }
            try reader.readRecords(ledger, from: marks.low, through: marks.high, stall: Self.stall, isCancelled: isCancelled) { record in
                let (offset, timestamp) = (record.offset, record.timestamp)
                record.withKey { key in
                    record.withValue { inquiry.add(key: key, value: $0, timestamp: timestamp, at: offset) }
                }
                return true
            }
        } catch {
            throw CommandFailure("The ledger \(ledger) cannot be read", error)
        }
        for damage in inquiry.damaged.damages { console.note(Self.sentence(damage.error, at: damage.offset, of: ledger, place)) }
        return inquiry
    }
}
