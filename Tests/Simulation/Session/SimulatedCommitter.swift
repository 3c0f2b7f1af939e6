import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// Runs transactions one at a time with two producers in turn, as `Committer` does on its thread.
final class SimulatedCommitter: Forgetful {
    private enum Work {
        case commit(TransactionContent, alive: [Bool], TransactionTopics, Membership, (CommitReport) -> Void)
        case rebuild(number: Int, (BrokerError?) -> Void)
        case last
    }

    private let client: ClusterClient
    private let cluster: Cluster
    private var producers: [SimulatedProducer?] = [nil, nil]
    private var turn = 0
    private var queue: [Work] = []
    private var isBusy = false
    private var isAbandoned = false
    private var hasMetTrouble = false
    private var overdueAt: MonotonicInstant?

    // The call under way.
    private var steps = TransactionSteps<BrokerError>(mayBegin: true)
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

    init(_ client: ClusterClient) {
        self.client = client
        cluster = client.cluster
        callBegan = cluster.now
        client.belongings.append(self)
    }

    func forget() {
        timedOut = { _ in }
        queue = []
        for producer in producers { producer?.forget() }
        producers = []
    }

    // MARK: What is asked of it

    func commit(
        _ content: TransactionContent, alive: [Bool], topics: TransactionTopics, member: Membership,
        _ done: @escaping (CommitReport) -> Void
    ) {
        queue.append(.commit(content, alive: alive, topics, member, done))
        work()
    }

    /// Both producers, as at the beginning of a session.
    func rebuild(_ done: @escaping (BrokerError?) -> Void) {
        queue.append(.rebuild(number: 0, done))
        work()
    }

    func isOverdue(at now: MonotonicInstant) -> Bool { overdueAt.map { now > $0 } ?? false }

    func takeTrouble() -> Bool {
        defer { hasMetTrouble = false }
        return hasMetTrouble
    }

    func abandon() { isAbandoned = true }

    /// Behind the last transaction.
    func free() {
        queue.append(.last)
        work()
    }

    // MARK: Work

    private func work() {
        guard !isBusy, !queue.isEmpty else { return }
        switch queue.removeFirst() {
        case .last: for producer in producers { producer?.destroy() }
        case .rebuild(let number, let done):
            guard !isAbandoned else { return work() }
            isBusy = true
            rebuild(number, done)
        case .commit(let content, let alive, let topics, let member, let done):
            guard !isAbandoned else { return work() }
            isBusy = true
            let number = turn
            turn = 1 - turn
            expectEnd(within: timeout * 3)
            renewed = false
            steps = TransactionSteps<BrokerError>(mayBegin: producers[number].map { $0.unansweredRequests == 0 } ?? false)
            let offsets = content.owners.indices.filter { alive[$0] }.compactMap { index in
                cluster.log(content.owners[index].topic, content.owners[index].partition).map { ($0.index, content.owners[index].offset) }
            }
            run(Transaction(content: content, alive: alive, topics: topics, member: member, offsets: offsets, producer: number, done: done))
        }
    }

    private func ended() {
        isBusy = false
        isDelayed = false
        overdueAt = nil
        work()
    }

    private func expectEnd(within limit: Duration) { overdueAt = cluster.now + limit }

    private func rebuild(_ number: Int, _ done: @escaping (BrokerError?) -> Void) {
        guard !isAbandoned else { return ended() }
        guard number < 2 else {
            ended()
            return done(nil)
        }
        renew(number) { [self] error in
            guard let error else { return rebuild(number + 1, done) }
            ended()
            done(error)
        }
    }

    /// The old one goes first.
    private func renew(_ number: Int, _ done: @escaping (BrokerError?) -> Void) {
        producers[number]?.destroy()
        producers[number] = nil
        expectEnd(within: initTimeout * 3)
        let producer = SimulatedProducer(
            client, name: "\(cluster.options.group)-\(client.stem)-\(number)", number: number, delayed: { [weak self] in self?.watch() })
        call(timeout: initTimeout) { [self] error in
            if error == nil { producers[number] = producer } else { producer.destroy() }
            done(error)
        } _: {
            producer.initialise($0)
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
        let producer: Int
        let done: (CommitReport) -> Void
    }

    private func run(_ transaction: Transaction) {
        let producer = producers[transaction.producer]
        switch steps.call {
        case .renew: renew(transaction.producer, isTransaction: transaction)
        case .begin:
            producer?.begin()
            next(transaction, nil)
        case .produce:
            producer?.produce(transaction.content, alive: transaction.alive, topics: transaction.topics)
            next(transaction, nil)
        case .flush: perform(transaction) { producer?.flush($0) }
        case .sendOffsets: perform(transaction) { producer?.sendOffsets(transaction.offsets, by: transaction.member, $0) }
        case .commit: perform(transaction) { producer?.commit($0) }
        case .abort: perform(transaction) { producer?.abort($0) }
        case .end(let result):
            // A connection was lost or mute.
            if producers[transaction.producer].map({ $0.unansweredRequests > 0 }) ?? true { hasMetTrouble = true }
            ended()
            transaction.done(CommitReport(result: result, producer: transaction.producer, renewal: renewed ? .zero : nil))
        }
    }

    private func renew(_ number: Int, isTransaction transaction: Transaction) {
        renew(number) { [self] error in
            expectEnd(within: timeout * 3)
            renewed = error == nil
            next(transaction, error)
        }
    }

    private func perform(_ transaction: Transaction, _ body: (@escaping (BrokerError?) -> Void) -> Void) {
        call(timeout: timeout, { [self] error in next(transaction, error) }, body)
    }

    private func next(_ transaction: Transaction, _ error: BrokerError?) {
        guard let error else {
            steps.next(after: .done)
            return run(transaction)
        }
        if error.isBrokerTrouble { hasMetTrouble = true }
        if isAbandoned {
            callNumber += 1
            ended()
            return transaction.done(CommitReport(result: .fenced(error), producer: transaction.producer, renewal: nil))
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
        case .renew, .begin, .produce, .flush, .end: return false
        }
    }
}
