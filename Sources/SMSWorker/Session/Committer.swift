internal import EventLoop
internal import Kafka
internal import Logging
internal import Requests
internal import SMSPipeline
internal import Synchronization
internal import Time

/// Runs transactions on a thread of its own, one at a time, with two producers in turn.
///
/// Two, because a broker answers CONCURRENT_TRANSACTIONS until the markers of a producer's last transaction are written, and librdkafka
/// then waits `retry.backoff.ms`: 107 ms a transaction with one producer, 5–7 ms with two, measured on Apache Kafka.
final class Committer: Sendable {
    private let thread: WorkThread
    private let producers: Producers
    private let isAbandoned = Atomic<Bool>(false)

    /// The thread's own: touched in `submit`ted work only, one item at a time.
    private final class Producers: @unchecked Sendable {
        var pair: [TransactionalProducer]
        var turn = 0
        let make: @Sendable (Int) throws(KafkaError) -> TransactionalProducer

        init(make: @escaping @Sendable (Int) throws(KafkaError) -> TransactionalProducer) throws(KafkaError) {
            self.make = make
            pair = [try make(0), try make(1)]
        }
    }

    private let timeout: Duration
    private let hasMetTrouble = Atomic<Bool>(false)
    /// Nanoseconds of `MonotonicInstant`; 0 while no work is under way.
    private let overdueAt = Atomic<Int64>(0)

    /// Initialises both producers; blocks up to `timeout` each.
    ///
    /// - Parameter make: makes the initialised producer number 0 or 1.
    init(timeout: Duration, make: @escaping @Sendable (Int) throws(KafkaError) -> TransactionalProducer) throws(KafkaError) {
        self.timeout = timeout
        producers = try Producers(make: make)
        do {
            thread = try WorkThread(name: "committer")
        } catch {
            throw KafkaError(local: "no thread for the committer: \(error)")
        }
    }

    /// Commits what of `content` belongs to owners that are `alive`. `done` is called on the committer's thread.
    func commit(
        _ content: TransactionContent, alive: [Bool], topics: TransactionTopics, metadata: consuming GroupMetadata,
        _ done: @escaping @Sendable (CommitResult) -> Void
    ) {
        let handover = Handover(consume metadata)
        thread.submit { [self] in
            guard !abandoned else { return }
            let producer = producers.pair[producers.turn]
            producers.turn = 1 - producers.turn
            expectEnd(within: timeout * 3)
            let result = run(producer, content, alive: alive, topics: topics, metadata: handover.take())
            overdueAt.store(0, ordering: .relaxed)
            done(result)
        }
    }

    /// New handles under the same names; what was to be written stays with the caller. Takes its place in the order of commits.
    func rebuildProducers(_ done: @escaping @Sendable (KafkaError?) -> Void) {
        thread.submit { [self] in
            defer { overdueAt.store(0, ordering: .relaxed) }
            do throws(KafkaError) {
                for index in 0...1 {
                    // The next session may have its producers already, and these would fence them.
                    guard !abandoned else { return }
                    expectEnd(within: Self.initTimeout(timeout) * 3)
                    producers.pair[index] = try producers.make(index)
                }
                done(nil)
            } catch {
                noteTrouble(error)
                done(error)
            }
        }
    }

    /// How long `init_transactions` may take: a predecessor's open transaction is ended first.
    static func initTimeout(_ transactionTimeout: Duration) -> Duration { transactionTimeout + .seconds(20) }

    /// Whether the thread has been in one piece of work for three times its timeout: a transaction, or the making of one producer. What is
    /// queued behind another piece has not begun. From any thread.
    func isOverdue(at now: MonotonicInstant) -> Bool {
        let deadline = overdueAt.load(ordering: .relaxed)
        return deadline != 0 && now.nanoseconds > deadline
    }

    /// Whether brokers were slow or away since this was last asked; also while a transaction is still under way. From any thread.
    func takeTrouble() -> Bool { hasMetTrouble.exchange(false, ordering: .relaxed) }

    private func expectEnd(within limit: Duration) {
        overdueAt.store((MonotonicInstant.now + limit).nanoseconds, ordering: .relaxed)
    }

    private func noteTrouble(_ error: KafkaError) {
        if error.isBrokerTrouble { hasMetTrouble.store(true, ordering: .relaxed) }
    }

    private var abandoned: Bool { isAbandoned.load(ordering: .relaxed) }

    /// Runs `body` on the committer's thread, behind its last transaction.
    func afterLast(_ body: @escaping @Sendable () -> Void) { thread.finish(body) }

    /// Frees the producers; on the committer's own thread (`afterLast`), which alone touches them.
    func destroyProducers() {
        for producer in producers.pair { producer.destroy() }
    }

    /// Leaves the thread to end by itself: it may be stuck in a call of librdkafka.
    func abandon() {
        isAbandoned.store(true, ordering: .relaxed)
    }

    private func run(
        _ producer: TransactionalProducer, _ content: TransactionContent, alive: [Bool], topics: TransactionTopics,
        metadata: borrowing GroupMetadata
    ) -> CommitResult {
        do throws(KafkaError) {
            try producer.begin()
            try produce(content, alive: alive, topics: topics, with: producer)
            let offsets = content.owners.enumerated().filter { alive[$0.offset] }.map {
                ConsumerOffset(topic: $0.element.topic, partition: $0.element.partition, offset: $0.element.offset)
            }
            try retrying { () throws(KafkaError) in try producer.sendOffsets(offsets, metadata: metadata, timeout: timeout) }
            try retrying { () throws(KafkaError) in try producer.commit(timeout: timeout) }
            return .committed
        } catch {
            return ended(producer, producer.named(error))
        }
    }

    private func produce(
        _ content: TransactionContent, alive: [Bool], topics: TransactionTopics, with producer: TransactionalProducer
    ) throws(KafkaError) {
        let failure: KafkaError? = content.bytes.withUnsafeBytes { bytes in
            do throws(KafkaError) {
                for record in content.records where alive[Int(record.owner)] {
                    let owner = content.owners[Int(record.owner)]
                    let headers = UnsafeRawBufferPointer(rebasing: bytes[record.headers])
                    let (topic, partition): (String, Int32?) =
                        switch record.destination {
                        case .ledger: (owner.ledgerTopic, owner.partition)
                        case .status: (topics.status, nil)
                        case .deadLetter: (topics.deadLetter, nil)
                        }
                    try producer.produce(
                        topic: topic, partition: partition, key: record.key.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) },
                        value: record.value.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) },
                        headers: headers.isEmpty ? nil : { HeaderList.withEach(headers, $0) })
                }
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    /// The same call again, never another one, as long as the broker only was slow to answer.
    private func retrying(_ call: () throws(KafkaError) -> Void) throws(KafkaError) {
        while true {
            do throws(KafkaError) {
                try call()
                return
            } catch {
                // Said at once: a transaction that is asked for again and again may end in a fencing, or never.
                noteTrouble(error)
                guard error.isRetriable, error.classification == .retriable, !abandoned else { throw error }
            }
        }
    }

    private func ended(_ producer: TransactionalProducer, _ error: KafkaError) -> CommitResult {
        noteTrouble(error)
        switch error.classification {
        case .fenced, .fatal: return .fenced(BrokerError(error))
        case .fencedInstance: return .rival(BrokerError(error))
        case .membership, .retriable, .abortable, .other: break
        }
        do throws(KafkaError) {
            try retrying { () throws(KafkaError) in try producer.abort(timeout: timeout) }
        } catch {
            return .fenced(BrokerError(error))
        }
        return error.classification == .membership ? .membership(BrokerError(error)) : .aborted(BrokerError(error))
    }
}

/// Carries a noncopyable value into a closure that runs once, on another thread: put in by the one, taken out by the other.
private final class Handover: @unchecked Sendable {
    private var metadata: GroupMetadata?

    init(_ metadata: consuming GroupMetadata) { self.metadata = consume metadata }

    func take() -> GroupMetadata {
        guard let metadata = metadata.take() else { preconditionFailure("a handover is taken once") }
        return metadata
    }
}
