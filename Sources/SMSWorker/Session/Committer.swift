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
/// then waits: 33 ms a transaction with one producer (107 where offsets are its first request), 5–7 ms with two, measured on Apache Kafka.
final class Committer: Sendable {
    private let thread: WorkThread
    private let producers: Producers
    private let isAbandoned = Atomic<Bool>(false)

    /// The thread's own: touched in `submit`ted work only, one item at a time.
    private final class Producers: @unchecked Sendable {
        /// Nil: it is to be made anew, and could not be yet.
        private var pair: [TransactionalProducer?]
        private var turn = 0
        private let make: @Sendable (Int) throws(KafkaError) -> TransactionalProducer

        init(make: @escaping @Sendable (Int) throws(KafkaError) -> TransactionalProducer) throws(KafkaError) {
            self.make = make
            pair = [try make(0), try make(1)]
        }

        func takeTurn() -> Int {
            defer { turn = 1 - turn }
            return turn
        }

        func producer(_ number: Int) throws(KafkaError) -> TransactionalProducer {
            guard let producer = pair[number] else { throw KafkaError(local: "the producer has not been made anew") }
            return producer
        }

        /// The old one goes first: it must not send anything after its successor's initialisation.
        func renew(_ number: Int) throws(KafkaError) {
            destroy(number)
            pair[number] = try make(number)
        }

        /// The consumer took the same a moment before. A producer that did not would fail to connect: its transactions are aborted until the
        /// producers are made anew, by what is known then.
        func setCredentials(username: String, password: String) {
            for producer in pair { try? producer?.setCredentials(username: username, password: password) }
        }

        func mayBegin(_ number: Int) -> Bool { pair[number].map { $0.unansweredRequests == 0 } ?? false }

        func destroy(_ number: Int) {
            pair[number]?.destroy()
            pair[number] = nil
        }
    }

    private let timeout: Duration
    private let initialisations: [LateInitialisations]
    private let hasMetTrouble = Atomic<Bool>(false)
    /// Nanoseconds of `MonotonicInstant`; 0 while no work is under way.
    private let overdueAt = Atomic<Int64>(0)

    /// Initialises both producers; blocks up to `timeout` each.
    ///
    /// - Parameters:
    ///   - initialisations: of the two producers' names.
    ///   - make: makes the initialised producer number 0 or 1.
    init(
        timeout: Duration, initialisations: [LateInitialisations] = [],
        make: @escaping @Sendable (Int) throws(KafkaError) -> TransactionalProducer
    ) throws(KafkaError) {
        self.timeout = timeout
        self.initialisations = initialisations
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
        _ done: @escaping @Sendable (CommitReport) -> Void
    ) {
        let handover = Handover(consume metadata)
        thread.submit { [self] in
            guard !abandoned else { return }
            let number = producers.takeTurn()
            expectEnd(within: timeout * 3)
            let report = run(number, content, alive: alive, topics: topics, metadata: handover.take())
            // A connection was lost or mute.
            if !producers.mayBegin(number) { hasMetTrouble.store(true, ordering: .relaxed) }
            overdueAt.store(0, ordering: .relaxed)
            done(report)
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
                    try renew(index)
                }
                done(nil)
            } catch {
                guard !abandoned else { return }
                noteTrouble(error)
                done(error)
            }
        }
    }

    /// For connections from now on; takes its place in the order of commits. A producer that is made later has them by its properties.
    func setCredentials(username: String, password: String) {
        thread.submit { [self] in producers.setCredentials(username: username, password: password) }
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

    /// Initialisations of producer 0's or 1's name that may come late, since this was last asked; of earlier committers too. From any thread.
    func takeLateInitialisations(of number: Int) -> Int {
        initialisations.indices.contains(number) ? initialisations[number].take() : 0
    }

    private func renew(_ number: Int) throws(KafkaError) {
        expectEnd(within: Self.initTimeout(timeout) * 3)
        try producers.renew(number)
        guard abandoned else { return }
        // The next session may have its producer of this name, and this one has fenced it. It must not write any more.
        if initialisations.indices.contains(number) { initialisations[number].add() }
        throw KafkaError(local: "its session is gone")
    }

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
        for number in 0...1 { producers.destroy(number) }
    }

    /// Leaves the thread to end by itself: it may be stuck in a call of librdkafka.
    func abandon() {
        isAbandoned.store(true, ordering: .relaxed)
    }

    private func run(
        _ number: Int, _ content: TransactionContent, alive: [Bool], topics: TransactionTopics, metadata: borrowing GroupMetadata
    ) -> CommitReport {
        var steps = TransactionSteps<BrokerError>(mayBegin: producers.mayBegin(number))
        var renewal: Duration?
        var cause: BrokerError?
        while true {
            do throws(KafkaError) {
                switch steps.call {
                case .renew: renewal = try renewForTransaction(number)
                case .begin: try producers.producer(number).begin()
                case .produce: try produce(content, alive: alive, topics: topics, with: try producers.producer(number))
                case .flush: try producers.producer(number).flush(timeout: timeout)
                case .sendOffsets:
                    try producers.producer(number).sendOffsets(offsets(content, alive), metadata: metadata, timeout: timeout)
                case .commit: try producers.producer(number).commit(timeout: timeout)
                case .abort: try producers.producer(number).abort(timeout: timeout)
                case .end(let result): return CommitReport(result: result, producer: number, renewal: renewal, cause: cause)
                }
                steps.next(after: .done)
            } catch {
                // Said at once: a transaction that is asked for again and again may end in a fencing, or never.
                noteTrouble(error)
                // Nobody waits for it any more, and the next session's producers end it.
                if abandoned { return CommitReport(result: .fenced(BrokerError(error)), producer: number, renewal: renewal) }
                let failure = BrokerError(error)
                if case .abort = steps.next(after: .failed(TransactionSteps.Fault(failure), failure)) { cause = cause ?? failure }
            }
        }
    }

    private func renewForTransaction(_ number: Int) throws(KafkaError) -> Duration {
        let start = MonotonicInstant.now
        do throws(KafkaError) { try renew(number) } catch { throw error.described("no new producer: \(error.message)") }
        expectEnd(within: timeout * 3)
        return MonotonicInstant.now - start
    }

    private func offsets(_ content: TransactionContent, _ alive: [Bool]) -> [ConsumerOffset] {
        content.owners.enumerated().filter { alive[$0.offset] }.map {
            ConsumerOffset(topic: $0.element.topic, partition: $0.element.partition, offset: $0.element.offset)
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
        // A broker may have refused an earlier one: then that is the cause.
        if let failure { throw producer.named(failure) }
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
