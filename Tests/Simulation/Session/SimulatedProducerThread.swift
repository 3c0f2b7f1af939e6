import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// One producer, and the thread that makes its calls: as `ProducerThread` and `Committer` have it.
final class SimulatedProducerThread {
    private enum Work {
        case commit(Transaction)
        case rebuild((BrokerError?) -> Void)
        case last
    }

    let number: Int
    private let client: ClusterClient
    private let cluster: Cluster
    private var producer: SimulatedProducer?
    private var queue: [Work] = []
    private var isBusy = false
    var isAbandoned = false
    private var hasMetTrouble = false
    private var overdueAt: MonotonicInstant?

    // The call under way.
    private var steps = TransactionSteps<BrokerError>(mayBegin: true)
    /// This transaction.
    private var began: MonotonicInstant
    /// The producer of this transaction was made anew.
    private var renewed = false
    private var callNumber = 0
    private var callTimeout = Duration.zero
    private var callBegan: MonotonicInstant
    private var isTimed = false
    /// A request of this work has met a delay: it may be what a later call waits for.
    private var isDelayed = false
    private var timedOut: (BrokerError) -> Void = { _ in }

    private var timeout: Duration { cluster.options.transactionTimeout }
    private var initTimeout: Duration { timeout + .seconds(20) }

    init(_ client: ClusterClient, number: Int) {
        self.client = client
        self.number = number
        cluster = client.cluster
        callBegan = cluster.now
        began = cluster.now
    }

    func forget() {
        timedOut = { _ in }
        queue = []
        producer?.forget()
        producer = nil
    }

    // MARK: What is asked of it

    func commit(
        _ content: TransactionContent, alive: [Bool], topics: TransactionTopics, member: Membership, at place: CommitPlace<SimulatedFate>,
        flushed: @escaping () -> Void, _ done: @escaping (CommitReport) -> Void
    ) {
        let offsets = content.owners.indices.filter { alive[$0] }.compactMap { index in
            cluster.log(content.owners[index].topic, content.owners[index].partition).map { ($0.index, content.owners[index].offset) }
        }
        queue.append(
            .commit(
                Transaction(
                    content: content, alive: alive, topics: topics, member: member, offsets: offsets, place: place, flushed: flushed,
                    done: done)))
        work()
    }

    func rebuild(_ done: @escaping (BrokerError?) -> Void) {
        queue.append(.rebuild(done))
        work()
    }

    func isOverdue(at now: MonotonicInstant) -> Bool { overdueAt.map { now > $0 } ?? false }

    func takeTrouble() -> Bool {
        defer { hasMetTrouble = false }
        return hasMetTrouble
    }

    /// Behind the last transaction.
    func free() {
        queue.append(.last)
        work()
    }

    // MARK: Work

    private func work() {
        guard !isBusy, !queue.isEmpty else { return }
        switch queue.removeFirst() {
        case .last: producer?.destroy()
        case .rebuild(let done):
            guard !isAbandoned else { return work() }
            isBusy = true
            renew { [self] error in
                ended()
                done(error)
            }
        case .commit(let transaction):
            guard !isAbandoned else {
                transaction.place.fate.decide(isCommitted: false)
                return work()
            }
            isBusy = true
            expectEnd(within: timeout * 3)
            renewed = false
            steps = TransactionSteps<BrokerError>(mayBegin: producer.map { $0.unansweredRequests == 0 } ?? false)
            run(transaction)
        }
    }

    private func ended() {
        isBusy = false
        isDelayed = false
        overdueAt = nil
        work()
    }

    private func expectEnd(within limit: Duration) { overdueAt = cluster.now + limit }

    /// The old one goes first.
    private func renew(_ done: @escaping (BrokerError?) -> Void) {
        producer?.destroy()
        producer = nil
        expectEnd(within: initTimeout * 3)
        let made = SimulatedProducer(
            client, name: "\(cluster.options.group)-\(client.stem)-\(number)", number: number, delayed: { [weak self] in self?.watch() })
        call(timeout: initTimeout) { [self] error in
            if error == nil { producer = made } else { made.destroy() }
            done(error)
        } _: {
            made.initialise($0)
        }
    }

    // MARK: Calls

    /// Begins a call that blocks: `done` is called once, by its end or by its timeout.
    private func call(timeout: Duration, _ done: @escaping (BrokerError?) -> Void, _ body: (@escaping (BrokerError?) -> Void) -> Void) {
        callNumber += 1
        let number = callNumber
        callTimeout = timeout
        callBegan = cluster.now
        isTimed = false
        timedOut = done
        if isDelayed { watch() }
        body { [self] error in
            guard callNumber == number else { return }
            callNumber += 1
            done(error)
        }
    }

    /// A request of it has met a delay: from now on its timeout is of interest.
    private func watch() {
        guard isBusy else { return }
        isDelayed = true
        guard !isTimed else { return }
        isTimed = true
        let number = callNumber
        cluster.world.schedule(at: callBegan + callTimeout) { [weak self, client] in
            client.deliver {
                self?.expired(number)
            }
        }
    }

    private func expired(_ number: Int) {
        guard callNumber == number else { return }
        isTimed = false
        var error = BrokerError(.retriable, name: "_TIMED_OUT")
        error.isBrokerTrouble = true
        timedOut(error)
    }

    // MARK: One transaction

    private struct Transaction {
        let content: TransactionContent
        let alive: [Bool]
        let topics: TransactionTopics
        let member: Membership
        let offsets: [(log: Int, offset: Int64)]
        let place: CommitPlace<SimulatedFate>
        let flushed: () -> Void
        let done: (CommitReport) -> Void
    }

    private func run(_ transaction: Transaction) {
        switch steps.call {
        case .renew:
            renew { [self] error in
                expectEnd(within: timeout * 3)
                renewed = error == nil
                next(transaction, error)
            }
        case .begin:
            began = cluster.now
            producer?.begin()
            next(transaction, nil)
        case .produce:
            producer?.produce(transaction.content, alive: transaction.alive, topics: transaction.topics)
            next(transaction, nil)
        case .flush: perform(transaction) { producer?.flush($0) }
        case .awaitTurn: awaitTurn(transaction)
        case .sendOffsets: perform(transaction) { producer?.sendOffsets(transaction.offsets, by: transaction.member, $0) }
        case .commit: perform(transaction) { producer?.commit($0) }
        case .abort: perform(transaction) { producer?.abort($0) }
        case .end(let result):
            // A connection was lost or mute.
            if producer.map({ $0.unansweredRequests > 0 }) ?? true { hasMetTrouble = true }
            report(transaction, CommitReport(result: result, producer: number, renewal: renewed ? .zero : nil))
        }
    }

    private func report(_ transaction: Transaction, _ report: CommitReport) {
        ended()
        transaction.done(report)
        transaction.place.fate.decide(isCommitted: report.result == .committed)
    }

    private func awaitTurn(_ transaction: Transaction) {
        guard let behind = transaction.place.behind else { return next(transaction, nil) }
        let failure = BrokerError(.abortable, name: "the transaction before it is not committed")
        guard behind.isCommitted == nil else { return next(transaction, behind.isCommitted == true ? nil : failure) }
        call(timeout: max(.zero, timeout / 2 - (cluster.now - began))) { [self] error in
            next(transaction, error == nil ? nil : failure)
        } _: { done in
            behind.whenKnown { done($0 ? nil : failure) }
        }
        // It may take longer without a request of this producer's being late.
        watch()
    }

    private func perform(_ transaction: Transaction, _ body: (@escaping (BrokerError?) -> Void) -> Void) {
        call(timeout: timeout, { [self] error in next(transaction, error) }, body)
    }

    private func next(_ transaction: Transaction, _ error: BrokerError?) {
        guard let error else {
            if case .flush = steps.call { transaction.flushed() }
            steps.next(after: .done)
            return run(transaction)
        }
        if error.isBrokerTrouble { hasMetTrouble = true }
        if isAbandoned {
            callNumber += 1
            return report(transaction, CommitReport(result: .fenced(error), producer: number, renewal: nil))
        }
        let before = callNumber
        let isSame = steps.isRepeated(after: error)
        steps.next(after: .failed(TransactionSteps.Fault(error), error))
        guard isSame else { return run(transaction) }
        // The same call again: what it has begun goes on.
        precondition(callNumber == before)
        callBegan = cluster.now
        isTimed = false
        watch()
    }
}

extension TransactionSteps<BrokerError> {
    /// Whether a call that only was slow is made again as it is.
    func isRepeated(after error: BrokerError) -> Bool {
        guard error.kind == .retriable else { return false }
        switch call {
        case .sendOffsets, .commit, .abort: return true
        case .renew, .begin, .produce, .flush, .awaitTurn, .end: return false
        }
    }
}
