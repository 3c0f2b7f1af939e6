import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// Runs transactions with two producers in turn, each on a thread of its own, as `Committer` does.
final class SimulatedCommitter: Forgetful {
    private var threads: [SimulatedProducerThread] = []
    private var turns = CommitTurns<SimulatedFate>()

    init(_ client: ClusterClient) {
        threads = (0...1).map { SimulatedProducerThread(client, number: $0) }
        client.belongings.append(self)
    }

    func forget() {
        for thread in threads { thread.forget() }
        threads = []
        turns = CommitTurns<SimulatedFate>()
    }

    // MARK: What is asked of it

    func commit(
        _ content: TransactionContent, alive: [Bool], topics: TransactionTopics, member: Membership, number: UInt64, behind: UInt64?,
        flushed: @escaping () -> Void, ended done: @escaping (CommitReport) -> Void
    ) {
        let place = turns.next(number, behind: behind)
        threads[place.producer].commit(content, alive: alive, topics: topics, member: member, at: place, flushed: flushed, done)
    }

    /// Both producers, as at the beginning of a session.
    func rebuild(_ done: @escaping (BrokerError?) -> Void) { rebuild(0, done) }

    private func rebuild(_ number: Int, _ done: @escaping (BrokerError?) -> Void) {
        guard threads.indices.contains(number) else { return done(nil) }
        threads[number].rebuild { [weak self] error in
            if let error { done(error) } else { self?.rebuild(number + 1, done) }
        }
    }

    func isOverdue(at now: MonotonicInstant) -> Bool { threads.contains { $0.isOverdue(at: now) } }

    func takeTrouble() -> Bool {
        // All of them are asked.
        threads.map { $0.takeTrouble() }.contains(true)
    }

    func abandon() { for thread in threads { thread.isAbandoned = true } }

    /// Behind the last transaction.
    func free() { for thread in threads { thread.free() } }
}

/// As `CommitFate`: known at once, or when it is decided.
final class SimulatedFate: TransactionFate {
    private(set) var isCommitted: Bool?
    private var waiting: [(Bool) -> Void] = []

    init() {}

    init(isCommitted: Bool) { self.isCommitted = isCommitted }

    func decide(isCommitted: Bool) {
        self.isCommitted = isCommitted
        let waiting = waiting
        self.waiting = []
        for body in waiting { body(isCommitted) }
    }

    func whenKnown(_ body: @escaping (Bool) -> Void) {
        if let isCommitted { body(isCommitted) } else { waiting.append(body) }
    }
}
