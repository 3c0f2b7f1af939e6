import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// A transactional producer as the client library has it: calls that take their time, requests that it repeats by itself.
final class SimulatedProducer {
    typealias Done = (BrokerError?) -> Void

    private let cluster: Cluster
    private let connection: Connection
    private let id: Int
    private var epoch: Int32 = -1
    /// Partitions of this transaction that the coordinator knows.
    private var added: [Int] = []
    private var hasAddedOffsets = false
    private var inFlight = 0
    /// The first refusal of a record: the transaction can only be aborted.
    private var refusal: BrokerError?
    /// Of no use any more.
    private var fatal: BrokerError?
    private var whenFlushed: Done?
    private let number: Int
    private var isInitialising = false

    /// - Parameter number: of the two that a session has.
    init(_ client: ClusterClient, name: String, number: Int, delayed: @escaping () -> Void) {
        self.number = number
        cluster = client.cluster
        connection = Connection(client)
        connection.delayed = delayed
        if let far = cluster.options.farProducer, far.number == number { connection.distance = far.delay }
        id = cluster.producer(named: name)
        connection.initialisationIsUnanswered = { client.addLateInitialisation(of: number) }
    }

    /// Of its transactions, not answered: a copy may come late.
    var unansweredRequests: Int { connection.unanswered }

    func destroy() {
        if isInitialising, !connection.isClosed { connection.client.addLateInitialisation(of: number) }
        connection.isClosed = true
    }

    func forget() { whenFlushed = nil }

    func initialise(_ done: @escaping Done) {
        isInitialising = true
        cluster.send(connection, .initialisation) { [cluster, id, client = connection.client] in
            cluster.initialise(id, by: client)
        } _: { [weak self] code, epoch in
            guard let self else { return }
            guard code == .none else { return again { $0.initialise(done) } }
            isInitialising = false
            self.epoch = epoch
            // Initialisations are counted elsewhere.
            connection.unanswered = 0
            done(nil)
        }
    }

    func begin() {
        added = []
        hasAddedOffsets = false
        refusal = nil
    }

    // MARK: Records

    /// Sends them on their way; what becomes of them is said by `flush`.
    func produce(_ content: TransactionContent, alive: [Bool], topics: TransactionTopics) {
        var parts: [(log: PartitionLog, records: [Int])] = []
        for (number, record) in content.records.enumerated() where alive[Int(record.owner)] {
            let owner = content.owners[Int(record.owner)]
            let log: PartitionLog? =
                switch record.destination {
                case .ledger: cluster.log(owner.ledgerTopic, owner.partition)
                case .status, .deadLetter:
                    content.bytes.withUnsafeBytes { bytes in
                        cluster.log(
                            of: record.destination == .status ? topics.status : topics.deadLetter,
                            forKey: record.key.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) })
                    }
                }
            guard let log else {
                refusal = BrokerError(.abortable, name: "UNKNOWN_TOPIC_OR_PART")
                refusal?.isMissingTopic = true
                continue
            }
            if let index = parts.firstIndex(where: { $0.log === log }) {
                parts[index].records.append(number)
            } else {
                parts.append((log, [number]))
            }
        }
        guard !parts.isEmpty else { return }
        inFlight += parts.count
        add(parts, content)
    }

    private func add(_ parts: [(log: PartitionLog, records: [Int])], _ content: TransactionContent) {
        let logs = parts.map(\.log.index)
        defer { connection.client.producerHasAsked() }
        cluster.send(connection, .transactional) { [cluster, id, epoch] in
            cluster.addPartitions(id, epoch, logs)
        } _: { [weak self] code in
            guard let self else { return }
            switch code {
            case .none:
                added += logs
                for part in parts { send(content, to: part.log, part.records[...]) }
            case .concurrentTransactions: again { $0.add(parts, content) }
            default:
                failed(code)
                for _ in parts { landed() }
            }
        }
    }

    /// In one batch or two, one behind the other.
    private func send(_ content: TransactionContent, to log: PartitionLog, _ records: ArraySlice<Int>) {
        let isSplit = records.count > 1 && cluster.world.chance(0.2)
        let batch = isSplit ? records.prefix(Int.random(in: 1..<records.count, using: &cluster.world.random)) : records
        let rest = records[batch.endIndex...]
        // An idempotent producer's batch has a number: the broker takes it once.
        var taken = false
        defer { connection.client.producerHasAsked() }
        cluster.send(connection, .log) { [cluster, id, epoch] () -> BrokerCode in
            if taken { return .none }
            let code = cluster.append(id, epoch, to: log, batch, of: content)
            taken = code == .none
            return code
        } _: { [weak self] code in
            guard let self else { return }
            switch code {
            case .none: break
            case .topicRefused:
                refuse(BrokerError(.abortable, name: "TOPIC_AUTHORIZATION_FAILED", description: "\(log.key.topic): refused"))
            case .invalidTransactionState: refuse(.transactionState(.abortable))
            default: failed(code)
            }
            if rest.isEmpty || refusal != nil || fatal != nil { landed() } else { send(content, to: log, rest) }
        }
    }

    private func refuse(_ error: BrokerError) { if refusal == nil { refusal = error } }

    private func landed() {
        inFlight -= 1
        guard inFlight == 0, let done = whenFlushed else { return }
        whenFlushed = nil
        done(fatal ?? refusal)
    }

    func flush(_ done: @escaping Done) {
        guard inFlight > 0 else { return done(fatal ?? refusal) }
        whenFlushed = done
    }

    // MARK: Offsets and end

    func sendOffsets(_ offsets: [(log: Int, offset: Int64)], by member: Membership, _ done: @escaping Done) {
        if let fatal { return done(fatal) }
        guard !hasAddedOffsets else { return commitOffsets(offsets, by: member, done) }
        defer { connection.client.producerHasAsked() }
        cluster.send(connection, .transactional) { [cluster, id, epoch] in
            cluster.addOffsets(id, epoch)
        } _: { [weak self] code in
            guard let self else { return }
            switch code {
            case .none:
                hasAddedOffsets = true
                commitOffsets(offsets, by: member, done)
            case .concurrentTransactions: again { $0.sendOffsets(offsets, by: member, done) }
            default: done(failed(code))
            }
        }
    }

    private func commitOffsets(_ offsets: [(log: Int, offset: Int64)], by member: Membership, _ done: @escaping Done) {
        let instanceID = connection.client.instanceID
        defer { connection.client.producerHasAsked() }
        cluster.send(connection, .transactional) { [cluster, id, epoch] in
            cluster.commitOffsets(id, epoch, offsets, by: member, instanceID: instanceID)
        } _: { [weak self] code in
            guard let self else { return }
            switch code {
            case .none: done(nil)
            case .unknownMember: done(BrokerError(.membership, name: "UNKNOWN_MEMBER_ID"))
            case .illegalGeneration: done(BrokerError(.membership, name: "ILLEGAL_GENERATION"))
            case .fencedInstance: done(BrokerError(.fencedInstance, name: "FENCED_INSTANCE_ID"))
            default: done(failed(code))
            }
        }
    }

    func commit(_ done: @escaping Done) {
        flush { [weak self] error in
            guard let self else { return }
            if let error { return done(error) }
            end(isCommit: true, done)
        }
    }

    func abort(_ done: @escaping Done) {
        flush { [weak self] _ in
            guard let self else { return }
            if let fatal { return done(fatal) }
            // Nothing has reached the coordinator.
            guard !added.isEmpty || hasAddedOffsets else { return done(nil) }
            end(isCommit: false, done)
        }
    }

    private func end(isCommit: Bool, _ done: @escaping Done) {
        defer { connection.client.producerHasAsked() }
        cluster.send(connection, .transactional) { [cluster, id, epoch] in
            cluster.end(id, epoch, isCommit: isCommit)
        } _: { [weak self] code in
            guard let self else { return }
            switch code {
            case .none: done(nil)
            case .concurrentTransactions: again { $0.end(isCommit: isCommit, done) }
            default: done(failed(code))
            }
        }
    }

    /// After the library's back-off.
    private func again(_ body: @escaping (SimulatedProducer) -> Void) {
        connection.delayed()
        cluster.world.schedule(after: cluster.world.duration(80_000...120_000)) { [connection, weak self] in
            connection.client.deliver { [weak self] in
                guard let self, !connection.isClosed else { return }
                body(self)
            }
        }
    }

    @discardableResult
    private func failed(_ code: BrokerCode) -> BrokerError {
        let error =
            switch code {
            case .invalidProducerEpoch: BrokerError(.fenced, name: "_FENCED")
            case .invalidTransactionState: BrokerError.transactionState(.fatal)
            default: BrokerError(.fatal, name: "\(code)")
            }
        fatal = fatal ?? error
        return error
    }
}

extension BrokerError {
    fileprivate static func transactionState(_ kind: Kind) -> BrokerError {
        var error = BrokerError(kind, name: "INVALID_TXN_STATE")
        error.isTransactionState = true
        return error
    }
}
