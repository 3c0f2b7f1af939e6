import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// The topic of receipts as one process reads it: its end as it grows, and what was before where it is asked for.
final class SimulatedReceiptLog: ReceiptLog {
    var receive: (ReceiptLogEvent) -> Void = { _ in }
    var isPaused = false {
        didSet { if oldValue, !isPaused { more() } }
    }

    private let topic: ReceiptTopic
    private let client: ClusterClient
    private let options: DoorOptions
    private var next: Int64 = 0
    private var incarnation = 0
    private var isStarted = false
    private var isReading = false
    private var isClosed = false
    private var world: World { topic.world }

    init(_ topic: ReceiptTopic, _ client: ClusterClient, _ options: DoorOptions) {
        self.topic = topic
        self.client = client
        self.options = options
    }

    /// All that there is has been told.
    var isAtEnd: Bool { isStarted && incarnation == topic.incarnation && next == topic.end }

    func start() {
        world.schedule(after: world.duration(options.readDelay)) { [weak self] in
            self?.client.deliver { [weak self] in self?.begin() }
        }
    }

    private func begin() {
        guard !isClosed else { return }
        guard !topic.isAway else {
            receive(.failed(BrokerError(.retriable, name: "_TRANSPORT")))
            world.schedule(after: .seconds(1)) { [weak self] in self?.client.deliver { [weak self] in self?.begin() } }
            return
        }
        isStarted = true
        (next, incarnation) = (topic.end, topic.incarnation)
        topic.add(self) { [weak self] in self?.more() }
        receive(.started(topic.position(next)))
        more()
    }

    // MARK: The tail

    private func more() {
        guard isStarted, !isClosed, !isReading, !isAtEnd else { return }
        isReading = true
        world.schedule(after: world.duration(options.readDelay)) { [weak self] in
            self?.client.deliver { [weak self] in self?.read() }
        }
    }

    private func read() {
        isReading = false
        guard !isClosed, !isPaused else { return }
        guard !topic.isAway else {
            isReading = true
            world.schedule(after: .milliseconds(500)) { [weak self] in self?.client.deliver { [weak self] in self?.read() } }
            return
        }
        if incarnation != topic.incarnation || next < topic.low {
            let lost = incarnation == topic.incarnation ? topic.low - next : 0
            (next, incarnation) = (topic.low, topic.incarnation)
            receive(.broken(next: topic.position(next), lost: lost))
        } else if next < topic.end {
            // What was read already may come once more.
            let first = world.chance(0.05) ? max(topic.low, next - 1) : next
            let count = Int64.random(in: 1...8, using: &world.random)
            next = min(topic.end, next + count)
            receive(.read((first..<next).map { topic.receipt($0) }, next: topic.position(next)))
        }
        more()
    }

    // MARK: Questions

    func search(_ search: ReceiptSearch, tag: UInt64) {
        world.schedule(after: world.duration(options.searchDelay)) { [weak self] in
            guard let self, !isClosed else { return }
            let result = find(search)
            client.deliver { [weak self] in self?.receive(.found(tag: tag, result)) }
        }
    }

    private func find(_ search: ReceiptSearch) -> Result<ReceiptFindings, BrokerError> {
        guard !topic.isAway, !world.chance(topic.hasFaults ? options.searchFailures : 0) else {
            return .failure(BrokerError(.retriable, name: "_TIMED_OUT"))
        }
        let isThis = topic.isSame(search.from) && search.known.allSatisfy { topic.isSame($0) }
        let start = isThis ? search.from.next : 0
        let end = min(search.end, topic.end)
        let first = max(start, topic.low)
        let receipts = first < end ? (first..<end).map { topic.receipt($0) }.filter { !search.ids.isDisjoint(with: $0.ids) } : []
        return .success(
            ReceiptFindings(
                receipts: receipts, lost: max(0, min(topic.low, search.end) - start), readCount: Int(max(0, end - first)),
                isAnotherLog: !isThis, beganAt: topic.beganAt))
    }

    func askEnd(tag: UInt64) {
        world.schedule(after: world.duration(options.readDelay)) { [weak self] in
            guard let self, !isClosed else { return }
            let isKnown = !topic.isAway && !world.chance(topic.hasFaults ? 0.05 : 0)
            let end = isKnown ? topic.end : nil
            client.deliver { [weak self] in self?.receive(.end(tag: tag, end)) }
        }
    }

    func close() {
        isClosed = true
        topic.remove(self)
        receive = { _ in }
    }
}
