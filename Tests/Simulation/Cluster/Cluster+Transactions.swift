import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// What a broker answers.
enum BrokerCode {
    case none
    case concurrentTransactions, invalidProducerEpoch, invalidTransactionState
    case unknownMember, illegalGeneration, rebalanceInProgress, fencedInstance
    case topicRefused, unknownTopic
}

/// One `transactional.id`, as its coordinator knows it.
struct TransactionalID {
    enum State { case empty, open, committing, aborting, committed, aborted }

    let name: String
    var epoch: Int32 = -1
    /// Whose initialisation gave it this epoch.
    var holder: ObjectIdentifier?
    var state = State.empty
    /// Index into `transactions`.
    var current: Int32 = -1
}

struct BrokerTransaction {
    enum State { case open, committing, aborting, committed, aborted }

    let producer: Int
    let holder: ObjectIdentifier?
    let beganAt: MonotonicInstant
    var state = State.open
    var logs: [Int] = []
    var hasOffsets = false
    /// In the order in which they came.
    var records: [(log: Int, offset: Int64)] = []
    var markersLeft = 0

    /// Decided so, whether its markers are written or not.
    var isCommitted: Bool { state == .committing || state == .committed }
}

/// The transaction coordinator. Every function is one request, executed.
extension Cluster {
    func producer(named name: String) -> Int {
        if let index = producers.firstIndex(where: { $0.name == name }) { return index }
        producers.append(TransactionalID(name: name))
        return producers.count - 1
    }

    /// Fences who had the name. `concurrentTransactions` until the transaction that its predecessor left is ended and written.
    func initialise(_ producer: Int, by client: ClusterClient? = nil) -> (code: BrokerCode, epoch: Int32) {
        switch producers[producer].state {
        case .open:
            producers[producer].epoch += 1
            decide(producers[producer].current, isCommit: false, isByBroker: true)
            return (.concurrentTransactions, 0)
        case .committing, .aborting: return (.concurrentTransactions, 0)
        case .empty, .committed, .aborted:
            producers[producer].epoch += 1
            producers[producer].holder = client.map(ObjectIdentifier.init)
            producers[producer].state = .empty
            return (.none, producers[producer].epoch)
        }
    }

    func addPartitions(_ producer: Int, _ epoch: Int32, _ added: [Int]) -> BrokerCode {
        let code = join(producer, epoch)
        guard code == .none else { return code }
        let current = Int(producers[producer].current)
        for log in added where !transactions[current].logs.contains(log) { transactions[current].logs.append(log) }
        return .none
    }

    func addOffsets(_ producer: Int, _ epoch: Int32) -> BrokerCode {
        let code = join(producer, epoch)
        guard code == .none else { return code }
        transactions[Int(producers[producer].current)].hasOffsets = true
        return .none
    }

    /// Into the open transaction, or a new one.
    private func join(_ producer: Int, _ epoch: Int32) -> BrokerCode {
        guard producers[producer].epoch == epoch else { return .invalidProducerEpoch }
        switch producers[producer].state {
        case .committing, .aborting: return .concurrentTransactions
        case .open: return .none
        case .empty, .committed, .aborted:
            producers[producer].state = .open
            producers[producer].current = Int32(transactions.count)
            transactions.append(BrokerTransaction(producer: producer, holder: producers[producer].holder, beganAt: now))
            openTransactions += 1
            armLook()
            return .none
        }
    }

    /// A batch of records for one partition: what the request carries, and nothing of it where the transaction does not know the partition.
    func append(_ producer: Int, _ epoch: Int32, to log: PartitionLog, _ records: ArraySlice<Int>, of content: TransactionContent)
        -> BrokerCode
    {
        guard producers[producer].epoch == epoch else { return .invalidProducerEpoch }
        guard now >= log.refusedUntil else { return .topicRefused }
        let current = producers[producer].current
        guard producers[producer].state == .open, transactions[Int(current)].logs.contains(log.index) else {
            return .invalidTransactionState
        }
        let timestamp = world.wall
        content.bytes.withUnsafeBytes { bytes in
            for number in records {
                let record = content.records[number]
                let offset = log.append(
                    timestamp: timestamp, transaction: current,
                    key: record.key.map { arena.copy(UnsafeRawBufferPointer(rebasing: bytes[$0])) },
                    value: record.value.map { arena.copy(UnsafeRawBufferPointer(rebasing: bytes[$0])) },
                    headers: arena.copyHeaders(UnsafeRawBufferPointer(rebasing: bytes[record.headers])))
                transactions[Int(current)].records.append((log.index, offset))
            }
        }
        return .none
    }

    func end(_ producer: Int, _ epoch: Int32, isCommit: Bool) -> BrokerCode {
        guard producers[producer].epoch == epoch else { return .invalidProducerEpoch }
        switch producers[producer].state {
        case .open:
            decide(producers[producer].current, isCommit: isCommit, isByBroker: false)
            return .none
        case .committing: return isCommit ? .concurrentTransactions : .invalidTransactionState
        case .aborting: return isCommit ? .invalidTransactionState : .concurrentTransactions
        case .committed: return isCommit ? .none : .invalidTransactionState
        case .aborted: return isCommit ? .invalidTransactionState : .none
        case .empty: return .invalidTransactionState
        }
    }

    // MARK: Decided, and written

    private func decide(_ number: Int32, isCommit: Bool, isByBroker: Bool) {
        let index = Int(number)
        transactions[index].state = isCommit ? .committing : .aborting
        let transaction = transactions[index]
        producers[transaction.producer].state = isCommit ? .committing : .aborting
        transactions[index].markersLeft = transaction.logs.count + (transaction.hasOffsets ? 1 : 0)
        if let onDecided {
            onDecided(
                DecidedTransaction(
                    transactionalID: producers[transaction.producer].name, holder: transaction.holder, isCommit: isCommit,
                    isByBroker: isByBroker,
                    records: transaction.records.compactMap { place in
                        let log = logs[place.log]
                        let position = log.position(of: place.offset)
                        guard position < log.entries.count, log.entries[position].offset == place.offset else { return nil }
                        return ClusterRecord(key: log.key, entry: log.entries[position])
                    },
                    offsets: pending.filter { $0.transaction == number }.map { (logs[$0.log].key, $0.offset) }))
        }
        for log in transaction.logs { writeMarker(number, log) }
        if transaction.hasOffsets { writeMarker(number, nil) }
    }

    /// - Parameter log: nil: in the group's offsets.
    private func writeMarker(_ number: Int32, _ log: Int?) {
        let isSlow = hasFaults && options.slowMarkerShare > 0 && world.chance(options.slowMarkerShare)
        world.schedule(after: world.duration(isSlow ? options.slowMarkerLatency : options.markerLatency)) { [self] in
            guard now >= awayUntil else { return retryMarker(number, log) }
            land(number, log)
        }
    }

    private func retryMarker(_ number: Int32, _ log: Int?) {
        world.schedule(at: awayUntil + world.duration(0...200_000)) { [self] in
            guard now >= awayUntil else { return retryMarker(number, log) }
            land(number, log)
        }
    }

    private func land(_ number: Int32, _ log: Int?) {
        let index = Int(number)
        if let log {
            logs[log].land(number, timestamp: world.wall, noHeaders: arena.noHeaders)
            moreIsStable(logs[log])
        } else {
            landOffsets(number, isCommit: transactions[index].isCommitted)
        }
        transactions[index].markersLeft -= 1
        guard transactions[index].markersLeft == 0 else { return }
        let isCommit = transactions[index].isCommitted
        transactions[index].state = isCommit ? .committed : .aborted
        openTransactions -= 1
        let producer = transactions[index].producer
        if producers[producer].current == number { producers[producer].state = isCommit ? .committed : .aborted }
    }

    // MARK: Timeout

    /// The broker looks every ten seconds, as long as something is open.
    private func armLook() {
        guard !isLookArmed else { return }
        isLookArmed = true
        let period: Int64 = 10_000_000_000
        let next = (now.nanoseconds / period + 1) * period
        world.schedule(at: MonotonicInstant(nanoseconds: next)) { [self] in
            isLookArmed = false
            if now >= awayUntil {
                for producer in producers.indices where producers[producer].state == .open {
                    let current = producers[producer].current
                    guard now - transactions[Int(current)].beganAt > options.transactionTimeout else { continue }
                    onFault?("transactionTimedOut")
                    producers[producer].epoch += 1
                    decide(current, isCommit: false, isByBroker: true)
                }
            }
            if producers.contains(where: { $0.state == .open }) { armLook() }
        }
    }
}
