package import EventLoop
internal import Kafka
package import Logging
package import SMSPipeline
internal import Synchronization
internal import Time

/// The log of receipts: its end is read as it grows, and looked back into by another reader. Without a group, so that every replica reads all.
///
/// `@unchecked Sendable`: its state is touched on the loop only.
package final class ReceiptTail: ReceiptLog, @unchecked Sendable {
    /// After what went wrong.
    private static let pause = Duration.seconds(1)

    package var receive: (ReceiptLogEvent) -> Void = { _ in }
    package var isPaused = false { didSet { if !isPaused, oldValue { resume() } } }
    /// Records that are no receipts, or of a later version.
    package private(set) var unreadableCount = 0
    /// Where the log ended when it was last fetched; nil: not known.
    package private(set) var knownEnd: Int64?

    private let loop: EventLoop
    private let topic: String
    private let bootstrapServers: String
    private let reader: TailReader
    private let thread: WorkThread
    private let searcher: ReceiptSearcher
    private let searchThread: WorkThread
    private let log: Logger
    private var notices = OncePer<ReceiptRecordError>(.seconds(300))
    /// Read, and not told while it is paused.
    private var held: [ReceiptLogEvent] = []
    private var isStarted = false
    private var isStepping = false
    private var isResting = false
    private var isTelling = false
    private var isClosed = false

    /// - Throws: where the system gives no thread.
    package init(
        loop: EventLoop, topic: String, bootstrapServers: String, access: KafkaAccess, identity: MessageIdentity, log: Logger
    ) throws(EventLoopError) {
        self.loop = loop
        self.topic = topic
        self.bootstrapServers = bootstrapServers
        self.log = log
        let partition = TopicPartition(topic: topic, partition: 0)
        reader = TailReader(partition, identity, make: Self.makeTail(bootstrapServers, access))
        searcher = ReceiptSearcher(partition, identity, make: Self.makeSearch(bootstrapServers, access))
        thread = try WorkThread(name: "receipt-tail")
        searchThread = try WorkThread(name: "receipt-search")
    }

    package func start() {
        isStarted = true
        proceed()
    }

    package func search(_ search: ReceiptSearch, tag: UInt64) {
        guard !isClosed else { return }
        searchThread.submit { [searcher, loop] in
            let findings = searcher.find(search)
            loop.execute { self.tell(.found(tag: tag, findings)) }
        }
    }

    package func askEnd(tag: UInt64) {
        guard !isClosed else { return }
        thread.submit { [reader, loop] in
            let end = reader.end()
            loop.execute { self.tell(.end(tag: tag, end)) }
        }
    }

    /// Readers are made by this from now on.
    package func use(_ access: KafkaAccess) {
        guard !isClosed else { return }
        let (tail, search) = (Self.makeTail(bootstrapServers, access), Self.makeSearch(bootstrapServers, access))
        thread.submit { [reader] in reader.use(tail) }
        searchThread.submit { [searcher] in searcher.use(search) }
    }

    package func close() {
        guard !isClosed else { return }
        isClosed = true
        held = []
        reader.isCancelled.store(true, ordering: .relaxed)
        searcher.isCancelled.store(true, ordering: .relaxed)
        thread.finish { [reader] in reader.drop() }
        searchThread.finish { [searcher] in searcher.drop() }
    }

    /// Records come at once as they are written; where none do, one question in half a second is enough. A question to a broker that stands
    /// still lasts as long as a socket may: not a minute, for another broker may have the log by then.
    private static func makeTail(_ servers: String, _ access: KafkaAccess) -> @Sendable () throws(KafkaError) -> LogReader {
        let own = [
            (key: "fetch.wait.max.ms", value: "500"), (key: "queued.max.messages.kbytes", value: "4096"),
            (key: "socket.timeout.ms", value: "10000"),
        ]
        return { () throws(KafkaError) in
            try LogReader(bootstrapServers: servers, isolation: .uncommitted, properties: own + access.properties.forConsumers)
        }
    }

    private static func makeSearch(_ servers: String, _ access: KafkaAccess) -> @Sendable () throws(KafkaError) -> PartitionReader {
        { () throws(KafkaError) in try PartitionReader(bootstrapServers: servers, properties: access.properties.forConsumers) }
    }

    private func proceed() {
        guard isStarted, !isClosed, !isPaused, !isStepping, !isResting, held.isEmpty else { return }
        isStepping = true
        thread.submit { [reader, loop] in
            let step = reader.step()
            loop.execute { self.took(step) }
        }
    }

    private func took(_ step: TailReader.Step) {
        isStepping = false
        guard !isClosed else { return }
        knownEnd = step.end
        for error in step.unreadable { note(error) }
        held += step.events
        if step.isTroubled {
            isResting = true
            loop.schedule(after: Self.pause) { [weak self] in
                self?.isResting = false
                self?.proceed()
            }
        }
        resume()
    }

    private func resume() {
        guard !isTelling else { return }
        isTelling = true
        while !isClosed, let event = held.first, !(isPaused && event.isRead) {
            held.removeFirst()
            receive(event)
        }
        isTelling = false
        proceed()
    }

    private func tell(_ event: ReceiptLogEvent) { if !isClosed { receive(event) } }

    private func note(_ error: ReceiptRecordError) {
        unreadableCount += 1
        guard let suppressed = notices.admit(error, at: loop.now.nanoseconds) else { return }
        let reason =
            switch error {
            case .foreign: "it is none that a worker writes"
            case .newer(let format): "it has format \(format), of a later version"
            }
        log.warning(
            "a record of the receipts topic cannot be read",
            metadata: [LogKeys.topic: "\(topic)", LogKeys.reason: "\(reason)", LogKeys.suppressed: "\(suppressed)"])
    }
}

extension ReceiptLogEvent {
    /// What waits while the reader is paused. That the log is broken belongs between two of them.
    fileprivate var isRead: Bool {
        switch self {
        case .read, .broken: true
        default: false
        }
    }
}
