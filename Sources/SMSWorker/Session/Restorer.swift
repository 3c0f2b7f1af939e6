internal import EventLoop
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import Synchronization

/// Reads ledgers on threads of its own: restores of several partitions at once, and sweeps on another thread, since a partition that waits
/// for its restore is closed and a sweep that meets a stalled broker takes half a minute.
final class Restorer: Sendable {
    private let threads: [WorkThread]
    private let upkeep: WorkThread
    private let next = Atomic<Int>(0)
    private let isCancelled = Atomic<Bool>(false)
    private let consumer: Consumer
    private let timeout: Duration
    private let stall: Duration
    private let readers: [Reader]
    private let upkeepReader: Reader

    /// One thread's reader, made when it is first needed; touched on that thread only.
    private final class Reader: @unchecked Sendable {
        private var made: PartitionReader?
        private let make: @Sendable () throws(KafkaError) -> PartitionReader

        init(make: @escaping @Sendable () throws(KafkaError) -> PartitionReader) { self.make = make }

        func get() throws(KafkaError) -> PartitionReader {
            if let made { return made }
            let reader = try make()
            made = reader
            return reader
        }

        func drop() { made = nil }
    }

    /// - Parameters:
    ///   - consumer: asked for committed offsets and watermarks, on these threads.
    ///   - transactionTimeout: an open transaction of a predecessor is waited out for so long and the broker's own look at it (10 s).
    init(consumer: Consumer, transactionTimeout: Duration, make: @escaping @Sendable () throws(KafkaError) -> PartitionReader)
        throws(EventLoopError)
    {
        self.consumer = consumer
        timeout = .seconds(10)
        stall = transactionTimeout + .seconds(20)
        var threads: [WorkThread] = []
        for index in 0..<2 { threads.append(try WorkThread(name: "restorer-\(index)")) }
        self.threads = threads
        upkeep = try WorkThread(name: "ledger-upkeep")
        readers = threads.map { _ in Reader(make: make) }
        upkeepReader = Reader(make: make)
    }

    /// - Parameter assignment: the read stops within 100 ms after it has ended.
    func restore(
        topic: String, ledger: String, partition: Int32, wantedBy assignment: Liveness,
        _ done: @escaping @Sendable (Result<PartitionRestore, RestoreError>) -> Void
    ) {
        let index = next.add(1, ordering: .relaxed).newValue % threads.count
        let reader = readers[index]
        threads[index].submit { [self] in
            guard assignment.isAlive, !isCancelled.load(ordering: .relaxed) else { return done(.failure(.cancelled)) }
            do throws(RestoreError) {
                done(.success(try restore(reader, topic, ledger, partition, assignment)))
            } catch {
                done(.failure(error))
            }
        }
    }

    private func restore(_ source: Reader, _ topic: String, _ ledger: String, _ partition: Int32, _ assignment: Liveness)
        throws(RestoreError) -> PartitionRestore
    {
        let reader: PartitionReader
        do throws(KafkaError) { reader = try source.get() } catch { throw .kafka(BrokerError(error)) }
        return try LedgerReading(reader: reader, timeout: timeout, stall: stall).read(
            requests: TopicPartition(topic: topic, partition: partition), ledger: ledger,
            isCancelled: { !assignment.isAlive || self.cancelled },
            committed: { (requests) throws(KafkaError) in try self.consumer.committed(requests, timeout: self.timeout) })
    }

    private var cancelled: Bool { isCancelled.load(ordering: .relaxed) }

    /// The group's committed offset, the ledger's end and the log's beginning; nil: they could not be asked now.
    func look(at partition: TopicPartition, ledger: String, _ done: @escaping @Sendable (PartitionLook?) -> Void) {
        upkeep.submit { [self] in
            guard !cancelled else { return done(nil) }
            let records = TopicPartition(topic: ledger, partition: partition.partition)
            do throws(KafkaError) {
                let committed = try consumer.committed(partition, timeout: timeout)
                let reader = try upkeepReader.get()
                let end = try reader.uncommittedWatermarks(records, timeout: timeout).high
                let low = try reader.uncommittedWatermarks(partition, timeout: timeout).low
                done(PartitionLook(committed: committed, ledgerEnd: end, low: low))
            } catch { done(nil) }
        }
    }

    /// Reads closed ids from where the last sweep stopped: each is read once, a window after it was written.
    func sweep(_ request: SweepRequest, _ done: @escaping @Sendable (Result<Sweep, RestoreError>) -> Void) {
        upkeep.submit { [self] in
            guard !cancelled else { return done(.failure(.cancelled)) }
            do throws(KafkaError) {
                done(.success(try sweep(try upkeepReader.get(), request)))
            } catch {
                done(.failure(.kafka(BrokerError(error))))
            }
        }
    }

    /// Counts the partitions of these topics; nil where one of them cannot be seen now. On the consumer's handle: behind its long
    /// poll the answer is half a second late, which is no harm here.
    func countPartitions(of topics: [String], _ done: @escaping @Sendable (_ didAnswer: Bool, Int?) -> Void) {
        upkeep.submit { [self] in
            guard !cancelled else { return done(false, nil) }
            let metadata = try? consumer.metadata(of: topics, timeout: timeout)
            done(metadata != nil, metadata?.partitionCount(of: topics))
        }
    }

    private func sweep(_ reader: PartitionReader, _ request: SweepRequest) throws(KafkaError) -> Sweep {
        let partition = TopicPartition(topic: request.ledger, partition: request.partition)
        let marks = try reader.uncommittedWatermarks(partition, timeout: timeout)
        var fold = SweepFold(request, low: marks.low)
        let isCancelled = { self.cancelled }
        try reader.read(partition, from: fold.sweep.nextOffset, through: marks.high, stall: stall, isCancelled: isCancelled) {
            fold.add(offset: $0, key: $1, value: $2)
        }
        return fold.sweep
    }

    /// Readers are made anew when they are needed next, after what is read now.
    func renewReaders() {
        for (thread, reader) in zip(threads, readers) { thread.submit { reader.drop() } }
        upkeep.submit { [upkeepReader] in upkeepReader.drop() }
    }

    /// Ends the threads after what they read now; each frees its reader, which blocks.
    func cancel() {
        isCancelled.store(true, ordering: .relaxed)
        for (thread, reader) in zip(threads, readers) { thread.finish { reader.drop() } }
        upkeep.finish { [upkeepReader] in upkeepReader.drop() }
    }
}
