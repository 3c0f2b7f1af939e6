package import EventLoop
internal import Kafka
package import Logging
internal import Time

/// Writes receipts to their topic, by an idempotent producer of its own: not in a transaction, for a worker that is fenced or between two
/// sessions goes on taking receipts. What cannot be written is tried again until it is; who it came from has no answer meanwhile, and keeps it.
///
/// `@unchecked Sendable`: its state is touched on the loop only.
package final class ReceiptWriter: ReceiptKeeper, @unchecked Sendable {
    /// Receipts that wait at most: what more come are not taken and not answered, and for their sake binds are given up.
    private static let limit = 10_000
    /// Of one record, with the client's own repetitions: what is wrong should be known when patience ends.
    private static let deliveryTimeout = Duration.seconds(8)
    private static let pollTimeout = Duration.milliseconds(50)
    /// After a failure.
    private static let pause = Duration.seconds(1)

    package var changed: (_ canWrite: Bool) -> Void = { _ in }
    /// Since the start.
    package private(set) var counts = Counts()

    private let loop: EventLoop
    private let topic: String
    private let bootstrapServers: String
    private let production: ReceiptProduction
    private let thread: WorkThread
    private let log: Logger
    private var queue = ReceiptQueue(limit: limit)
    private var isWriting = false
    private var isClosed = false
    private var pausedUntil: MonotonicInstant?
    private var timer: (id: TimerID, at: MonotonicInstant)?
    private var lastError: KafkaError?
    private var flushed: (() -> Void)?

    package struct Counts: Equatable, Sendable {
        package var written = 0
        /// Attempts that failed, and were or will be made again.
        package var failures = 0
        /// Not taken, because too many waited.
        package var dropped = 0
    }

    /// - Throws: where the system gives no thread. What is wrong with the broker, or with the access to it, shows in `canWrite`.
    package init(loop: EventLoop, topic: String, bootstrapServers: String, access: KafkaAccess, log: Logger) throws(EventLoopError) {
        self.loop = loop
        self.topic = topic
        self.bootstrapServers = bootstrapServers
        self.log = log
        production = ReceiptProduction(TopicPartition(topic: topic, partition: 0), make: Self.make(bootstrapServers, access))
        thread = try WorkThread(name: "receipt-writer")
    }

    package var canWrite: Bool { queue.state == .well }
    /// Receipts that are not written yet.
    package var waitingCount: Int { queue.count }

    package func write(_ record: ReceiptRecord, kept: @escaping () -> Void) {
        if !isClosed, queue.add(record.octets, at: loop.now, kept: kept) { return proceed() }
        counts.dropped += 1
        if !isClosed { setTimer() }
    }

    package func notTaken() {
        guard !isClosed else { return }
        queue.refuse(at: loop.now)
        counts.dropped += 1
        setTimer()
    }

    /// Producers are made by this from now on, the next one at once.
    package func use(_ access: KafkaAccess) {
        guard !isClosed else { return }
        let make = Self.make(bootstrapServers, access)
        thread.submit { [production, loop] in
            let reports = production.use(make)
            loop.execute { self.take(reports) }
        }
    }

    /// Calls when nothing waits any more, or the time is up.
    package func flush(within limit: Duration, _ done: @escaping () -> Void) {
        flushed = done
        loop.schedule(after: limit) { self.tellFlushed() }
        if queue.isEmpty { tellFlushed() }
    }

    /// What is not written by now is not answered either: it comes again.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        if let timer { loop.cancel(timer.id) }
        timer = nil
        thread.finish { [production] in production.drop() }
    }

    private static func make(
        _ bootstrapServers: String, _ access: KafkaAccess
    ) -> @Sendable () throws(KafkaError) -> Producer {
        { () throws(KafkaError) in
            try Producer(
                bootstrapServers: bootstrapServers,
                properties: access.properties.forProducers + [
                    (key: "message.timeout.ms", value: "\(deliveryTimeout.milliseconds)"),
                    // Many centres send one receipt at a time: each waits for its record.
                    (key: "linger.ms", value: "0"),
                ])
        }
    }

    private func proceed() {
        guard !isClosed, !isWriting else { return }
        let isPaused = pausedUntil.map { loop.now < $0 } ?? false
        let records = isPaused ? [] : queue.take()
        guard !records.isEmpty || queue.hasOut else { return setTimer() }
        isWriting = true
        thread.submit { [production, loop] in
            let reports = production.write(records, timeout: Self.pollTimeout)
            loop.execute {
                self.isWriting = false
                self.take(reports)
            }
        }
        setTimer()
    }

    private func take(_ reports: ReceiptProduction.Reports) {
        guard !isClosed else { return }
        let couldWrite = canWrite
        counts.written += reports.written.count
        counts.failures += reports.failed.count
        queue.failed(reports.failed)
        if reports.isGone { queue.producerIsGone() }
        if let error = reports.error {
            lastError = error
            pausedUntil = loop.now + Self.pause
        }
        for number in reports.written { queue.written(number, at: loop.now)?() }
        tell(couldWrite)
        if queue.isEmpty { tellFlushed() }
        proceed()
    }

    private func tell(_ couldWrite: Bool) {
        _ = queue.advance(to: loop.now)
        guard canWrite != couldWrite else { return }
        switch queue.state {
        case .well: log.info("receipts are written again", metadata: [LogKeys.topic: "\(topic)"])
        case .stuck:
            log.error(
                "receipts cannot be written, so none is taken from the provider",
                metadata: [LogKeys.topic: "\(topic)", LogKeys.error: "\(lastError?.description ?? "no answer")"])
        case .overfull:
            log.error(
                "more receipts came than may wait to be written: the bind is given up, so that they come again",
                metadata: [LogKeys.topic: "\(topic)", LogKeys.count: "\(counts.dropped)"])
        }
        changed(canWrite)
        queue.relieve()
        if canWrite != couldWrite { return }
        changed(canWrite)
    }

    private func tellFlushed() {
        let done = flushed
        flushed = nil
        done?()
    }

    /// For the end of the pause, and of the patience.
    private func setTimer() {
        let pauseEnd = queue.hasWaiting ? pausedUntil.flatMap { $0 > loop.now ? $0 : nil } : nil
        let next = [queue.patienceEnds(), pauseEnd].compactMap { $0 }.min()
        if let timer {
            if let next, timer.at <= next { return }
            loop.cancel(timer.id)
        }
        timer = next.map { next in
            let id = loop.schedule(at: next) {
                self.timer = nil
                self.tell(self.canWrite)
                self.proceed()
            }
            return (id, next)
        }
    }
}
