internal import EventLoop
internal import Glibc
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import Synchronization
internal import Time

/// Kafka's side as it is: the consumer with a record queue for each of its partitions, the committer with its two producers, and the
/// restorers.
///
/// `@unchecked Sendable`: made on the opener's thread and handed to the loop, which alone calls it from then on; `free` gives the handles
/// to a thread of their own, when the loop is done with them.
final class KafkaSession: LedgerSession, @unchecked Sendable {
    private let consumer: Consumer
    private let committer: Committer
    private let restorer: Restorer
    let partitionCount: Int
    /// What its handles know of who we are.
    private(set) var access: KafkaAccess
    /// Of its own each: while one is left unread, the others go on (a pause would throw away what was fetched ahead).
    private var queues: [PartitionKey: RecordQueue] = [:]
    private var turns = CommitTurns<CommitFate>()
    /// Read last, for the next commit.
    private var metadata: GroupMetadata?
    private let wakeDescriptor: CInt
    private var registration: EventLoop.Registration?
    private var loop: EventLoop?
    private var answer: @Sendable (SessionAnswer) -> Void = { _ in }
    private var show: (Statistics?) -> Void = { _ in }
    private var isFreed = false

    init(consumer: Consumer, committer: Committer, restorer: Restorer, partitionCount: Int, access: KafkaAccess) throws(EventLoopError) {
        self.consumer = consumer
        self.committer = committer
        self.restorer = restorer
        self.partitionCount = partitionCount
        self.access = access
        wakeDescriptor = try EventDescriptor.make()
    }

    /// From here on its events turn the loop.
    ///
    /// - Parameters:
    ///   - answer: called on the session's threads.
    ///   - show: called on the loop.
    func listen(
        on loop: EventLoop, answer: @escaping @Sendable (SessionAnswer) -> Void, show: @escaping (Statistics?) -> Void
    ) throws(EventLoopError) {
        self.loop = loop
        self.answer = answer
        self.show = show
        let descriptor = wakeDescriptor
        // What the wake-up is for is done at the end of the turn that it begins.
        registration = try loop.register(fd: descriptor) { _ in EventDescriptor.drain(descriptor) }
        consumer.wake(eventDescriptor: descriptor)
    }

    // MARK: Secrets

    /// Other user name and password, for connections from now on: what is connected stays so.
    func use(_ access: KafkaAccess, username: String, password: String) throws(KafkaError) {
        self.access = access
        try consumer.setCredentials(username: username, password: password)
        committer.setCredentials(username: username, password: password)
        restorer.renewReaders()
    }

    // MARK: The group

    func nextEvent() -> SessionEvent? {
        while let event = consumer.poll() {
            switch consume event {
            case .assign(let partitions): return .assign(partitions.map { PartitionKey($0) })
            case .revoke(let partitions, let isLost): return .revoke(partitions.map { PartitionKey($0) }, isLost: isLost)
            case .error(let error): return .failed(BrokerError(error))
            case .statistics(let statistics): show(statistics)
            // Partitions have queues of their own before they are resumed; what might slip through is read again from where it is missing.
            case .record: break
            case .endOfPartition: break
            }
        }
        return nil
    }

    func assign(_ partitions: [PartitionKey]) throws(BrokerError) {
        try calling { () throws(KafkaError) in try consumer.assign(partitions.map { TopicPartition($0) }) }
        for partition in partitions {
            let queue = consumer.makeRecordQueue()
            queue.wake(eventDescriptor: wakeDescriptor)
            consumer.forward(TopicPartition(partition), to: queue)
            queues.updateValue(queue, forKey: partition)?.destroy()
        }
    }

    func unassign(_ partitions: [PartitionKey]) throws(BrokerError) {
        defer { for partition in partitions { queues.removeValue(forKey: partition)?.destroy() } }
        try calling { () throws(KafkaError) in try consumer.unassign(partitions.map { TopicPartition($0) }) }
    }

    func membership() -> Membership? {
        metadata = consumer.groupMetadata()
        switch metadata {
        case .some(let metadata): return Membership(generation: metadata.generation, memberID: metadata.memberID)
        case nil: return nil
        }
    }

    func leaveGroup() { consumer.closeQueue() }

    var isClosed: Bool { consumer.isClosed }

    // MARK: Records

    func read(_ partition: PartitionKey, _ receive: (PartitionEvent) -> Bool) {
        guard let queue = queues[partition] else { return }
        while let event = queue.poll() {
            let isToGoOn: Bool
            switch consume event {
            case .record(let record): isToGoOn = record.lend { receive(.record($0)) }
            case .endOfPartition(_, let offset): isToGoOn = receive(.end(offset: offset))
            case .error(let error): isToGoOn = receive(.failed(BrokerError(error)))
            // On the consumer's own queue alone.
            case .assign: continue
            case .revoke: continue
            case .statistics: continue
            }
            guard isToGoOn else { return }
        }
    }

    func resume(_ partition: PartitionKey) throws(BrokerError) {
        try calling { () throws(KafkaError) in try consumer.resume([TopicPartition(partition)]) }
    }

    func seek(_ partition: PartitionKey, to offset: Int64) throws(BrokerError) {
        try calling { () throws(KafkaError) in try consumer.seek(TopicPartition(partition), to: offset) }
    }

    func knowsEnd(of partition: PartitionKey) -> Bool { consumer.knowsEnd(of: TopicPartition(partition)) }

    // MARK: Transactions

    func commit(_ content: TransactionContent, alive: [Bool], topics: TransactionTopics, number: UInt64, behind: UInt64?) {
        guard let metadata = metadata.take() else { preconditionFailure("the membership is read before each commit") }
        committer.commit(
            content, alive: alive, topics: topics, metadata: metadata, at: turns.next(number, behind: behind),
            flushed: { [answer] in answer(.flushed(number)) }, ended: { [answer] in answer(.committed(number, $0)) })
    }

    func rebuildProducers() {
        committer.rebuildProducers { [answer] error in answer(.producersRebuilt(error.map { BrokerError($0) })) }
    }

    func isCommitOverdue(at now: MonotonicInstant) -> Bool { committer.isOverdue(at: now) }

    func takeTrouble() -> Bool { committer.takeTrouble() }

    func takeLateInitialisations(of producer: Int) -> Int { committer.takeLateInitialisations(of: producer) }

    // MARK: Reading ledgers

    func restore(_ partition: PartitionKey, ledger: String, for assignment: AssignmentID, wantedWhile liveness: Liveness) {
        restorer.restore(topic: partition.topic, ledger: ledger, partition: partition.partition, wantedBy: liveness) { [answer] in
            answer(.restored(partition, assignment, $0))
        }
    }

    func look(at partition: PartitionKey, ledger: String, for assignment: AssignmentID) {
        restorer.look(at: TopicPartition(partition), ledger: ledger) { [answer] in answer(.looked(partition, assignment, $0)) }
    }

    func sweep(_ request: SweepRequest, of partition: PartitionKey, for assignment: AssignmentID) {
        restorer.sweep(request) { [answer] in answer(.swept(partition, assignment, $0)) }
    }

    func countPartitions(of topics: [String]) {
        restorer.countPartitions(of: topics) { [answer] didAnswer, count in answer(.counted(count, didAnswer: didAnswer)) }
    }

    // MARK: The end

    func abandon() {
        if let registration { loop?.deregister(registration) }
        registration = nil
        restorer.cancel()
        committer.abandon()
    }

    /// All of it blocks, and happens on threads that end by themselves. The producers are freed behind the committer's last work; where
    /// that never returns, they are left behind with it.
    func free() {
        guard !isFreed else { return }
        isFreed = true
        metadata = nil
        committer.free()
        // Without a thread to be had the handles stay: better than a loop that stands still.
        guard let thread = try? WorkThread(name: "kafka-freer") else { return }
        thread.finish { [self] in
            for queue in queues.values { queue.destroy() }
            consumer.destroy()
            // Last: librdkafka writes to it as long as the queues live.
            EventDescriptor.close(wakeDescriptor)
        }
    }

    private func calling(_ call: () throws(KafkaError) -> Void) throws(BrokerError) {
        do throws(KafkaError) { try call() } catch { throw BrokerError(error) }
    }
}

extension PartitionKey {
    init(_ partition: TopicPartition) { self.init(topic: partition.topic, partition: partition.partition) }
}

extension TopicPartition {
    init(_ partition: PartitionKey) { self.init(topic: partition.topic, partition: partition.partition) }
}

extension Record {
    /// As the pipeline reads it.
    fileprivate borrowing func lend<Result>(_ body: (LentRecord) -> Result) -> Result {
        withKey { key in
            withValue { value in
                body(
                    LentRecord(
                        offset: offset, timestamp: timestamp, key: key, value: value, context: headerContext,
                        readHeaders: { Record.readHeaders(of: $0, $1) }))
            }
        }
    }
}
