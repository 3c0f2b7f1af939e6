internal import EventLoop
internal import Kafka
internal import Logging
internal import Requests
internal import SMSPipeline
internal import Synchronization
internal import Time

/// Runs transactions with two producers in turn, each on a thread of its own: while the one's transaction ends, the other's is begun and
/// flushed.
///
/// Two, because a broker answers CONCURRENT_TRANSACTIONS until the markers of a producer's last transaction are written, and librdkafka
/// then waits: 33 ms a transaction with one producer (107 where offsets are its first request), 5–7 ms with two, measured on Apache Kafka.
final class Committer: Sendable {
    private let threads: [ProducerThread]
    private let isAbandoned = Atomic<Bool>(false)
    private let isFreed = Atomic<Bool>(false)
    private let timeout: Duration
    private let initialisations: [LateInitialisations]
    private let hasMetTrouble = Atomic<Bool>(false)

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
        threads = [try ProducerThread(0, make), try ProducerThread(1, make)]
    }

    /// Commits what of `content` belongs to owners that are `alive`. `flushed` and `ended` are called on the producer's thread.
    func commit(
        _ content: TransactionContent, alive: [Bool], topics: TransactionTopics, metadata: consuming GroupMetadata,
        at place: CommitPlace<CommitFate>,
        flushed: @escaping @Sendable () -> Void = {}, ended done: @escaping @Sendable (CommitReport) -> Void
    ) {
        let handover = Handover(consume metadata)
        let thread = threads[place.producer]
        thread.submit { [self] in
            guard !abandoned else { return place.fate.decide(isCommitted: false) }
            thread.expectEnd(within: timeout * 3)
            let work = Work(content: content, alive: alive, topics: topics, place: place, flushed: flushed)
            let report = run(work, metadata: handover.take(), on: thread)
            // A connection was lost or mute.
            if !thread.mayBegin { hasMetTrouble.store(true, ordering: .relaxed) }
            thread.hasEnded()
            done(report)
            // Behind its own report: what waits for it reports later.
            place.fate.decide(isCommitted: report.result == .committed)
        }
    }

    /// New handles under the same names; what was to be written stays with the caller. Each takes its place in the order of its commits.
    func rebuildProducers(_ done: @escaping @Sendable (KafkaError?) -> Void) { rebuild(0, done) }

    private func rebuild(_ number: Int, _ done: @escaping @Sendable (KafkaError?) -> Void) {
        let thread = threads[number]
        thread.submit { [self] in
            defer { thread.hasEnded() }
            // The next session may have its producers already, and these would fence them.
            guard !abandoned, !isFreed.load(ordering: .acquiring) else { return }
            do throws(KafkaError) {
                try renew(thread)
                if number + 1 < threads.count { rebuild(number + 1, done) } else { done(nil) }
            } catch {
                guard !abandoned else { return }
                noteTrouble(error)
                done(error)
            }
        }
    }

    /// For connections from now on; takes its place in the order of commits. A producer that is made later has them by its properties.
    ///
    /// The consumer took the same a moment before. A producer that did not would fail to connect: its transactions are aborted until the
    /// producers are made anew, by what is known then.
    func setCredentials(username: String, password: String) {
        for thread in threads { thread.submit { try? thread.producer?.setCredentials(username: username, password: password) } }
    }

    /// How long `init_transactions` may take: a predecessor's open transaction is ended first.
    static func initTimeout(_ transactionTimeout: Duration) -> Duration { transactionTimeout + .seconds(20) }

    /// Whether a thread has been in one piece of work for three times its timeout: a transaction, or the making of one producer. What is
    /// queued behind another piece has not begun. From any thread.
    func isOverdue(at now: MonotonicInstant) -> Bool { threads.contains { $0.isOverdue(at: now) } }

    /// Whether brokers were slow or away since this was last asked; also while a transaction is still under way. From any thread.
    func takeTrouble() -> Bool { hasMetTrouble.exchange(false, ordering: .relaxed) }

    /// Initialisations of producer 0's or 1's name that may come late, since this was last asked; of earlier committers too. From any thread.
    func takeLateInitialisations(of number: Int) -> Int {
        initialisations.indices.contains(number) ? initialisations[number].take() : 0
    }

    private func renew(_ thread: ProducerThread) throws(KafkaError) {
        thread.expectEnd(within: Self.initTimeout(timeout) * 3)
        try thread.renew()
        guard abandoned else { return }
        // The next session may have its producer of this name, and this one has fenced it. It must not write any more.
        if initialisations.indices.contains(thread.number) { initialisations[thread.number].add() }
        throw KafkaError(local: "its session is gone")
    }

    private func noteTrouble(_ error: KafkaError) {
        if error.isBrokerTrouble { hasMetTrouble.store(true, ordering: .relaxed) }
    }

    private var abandoned: Bool { isAbandoned.load(ordering: .relaxed) }

    /// Frees the producers behind their last work, and lets the threads end by themselves.
    ///
    /// - Parameter ended: called on the thread of each producer, with its number, when that is freed.
    func free(_ ended: @escaping @Sendable (Int) -> Void = { _ in }) {
        // What the other thread still asks of this one comes behind its last work.
        isFreed.store(true, ordering: .releasing)
        for thread in threads {
            thread.finish {
                thread.destroy()
                ended(thread.number)
            }
        }
    }

    /// Leaves the threads to end by themselves: they may be stuck in a call of librdkafka.
    func abandon() {
        isAbandoned.store(true, ordering: .relaxed)
    }

    // MARK: One transaction

    private struct Work {
        let content: TransactionContent
        let alive: [Bool]
        let topics: TransactionTopics
        let place: CommitPlace<CommitFate>
        let flushed: @Sendable () -> Void

        var offsets: [ConsumerOffset] {
            content.owners.enumerated().filter { alive[$0.offset] }.map {
                ConsumerOffset(topic: $0.element.topic, partition: $0.element.partition, offset: $0.element.offset)
            }
        }
    }

    private func run(_ work: Work, metadata: borrowing GroupMetadata, on thread: ProducerThread) -> CommitReport {
        var steps = TransactionSteps<BrokerError>(mayBegin: thread.mayBegin)
        var renewal: Duration?
        var cause: BrokerError?
        var began = MonotonicInstant.now
        while true {
            do throws(KafkaError) {
                switch steps.call {
                case .renew: renewal = try renewForTransaction(thread)
                case .begin:
                    began = .now
                    try thread.existing().begin()
                case .produce: try produce(work, with: try thread.existing())
                case .flush:
                    try thread.existing().flush(timeout: timeout)
                    work.flushed()
                case .awaitTurn: try awaitTurn(work.place, since: began)
                case .sendOffsets: try thread.existing().sendOffsets(work.offsets, metadata: metadata, timeout: timeout)
                case .commit: try thread.existing().commit(timeout: timeout)
                case .abort: try thread.existing().abort(timeout: timeout)
                case .end(let result): return CommitReport(result: result, producer: thread.number, renewal: renewal, cause: cause)
                }
                steps.next(after: .done)
            } catch {
                // Said at once: a transaction that is asked for again and again may end in a fencing, or never.
                noteTrouble(error)
                // Nobody waits for it any more, and the next session's producers end it.
                if abandoned { return CommitReport(result: .fenced(BrokerError(error)), producer: thread.number, renewal: renewal) }
                let failure = BrokerError(error)
                if case .abort = steps.next(after: .failed(TransactionSteps.Fault(failure), failure)) { cause = cause ?? failure }
            }
        }
    }

    /// Until half of what a transaction may take is over: one that is aborted then is not fenced for its timeout.
    private func awaitTurn(_ place: CommitPlace<CommitFate>, since began: MonotonicInstant) throws(KafkaError) {
        let left = max(.zero, timeout / 2 - (MonotonicInstant.now - began))
        guard place.behind?.isCommitted(within: left) ?? true else {
            throw KafkaError(local: "the transaction before it is not committed")
        }
    }

    private func renewForTransaction(_ thread: ProducerThread) throws(KafkaError) -> Duration {
        let start = MonotonicInstant.now
        do throws(KafkaError) { try renew(thread) } catch { throw error.described("no new producer: \(error.message)") }
        thread.expectEnd(within: timeout * 3)
        return MonotonicInstant.now - start
    }

    private func produce(_ work: Work, with producer: TransactionalProducer) throws(KafkaError) {
        let content = work.content
        let failure: KafkaError? = content.bytes.withUnsafeBytes { bytes in
            do throws(KafkaError) {
                for record in content.records where work.alive[Int(record.owner)] {
                    let owner = content.owners[Int(record.owner)]
                    let headers = UnsafeRawBufferPointer(rebasing: bytes[record.headers])
                    let (topic, partition): (String, Int32?) =
                        switch record.destination {
                        case .ledger: (owner.ledgerTopic, owner.partition)
                        case .status: (work.topics.status, nil)
                        case .deadLetter: (work.topics.deadLetter, nil)
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
