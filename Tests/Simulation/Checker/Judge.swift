import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// Holds everything that happens against the guarantees, at the moment it happens.
final class Judge {
    let world: World
    let options: Options
    let trace: Trace
    private(set) var findings: [Finding] = []
    /// Things still go wrong.
    var isInChaos = true
    /// Why what happens is not held against the worker.
    var hasTwins = false
    var offsetsWereLost = false
    var topicsWereRecreated = false
    var receiptsWereLost = false
    /// What the topic of receipts has of a copy's end; they may have been lost.
    var fate: (PartCopy) -> (status: MessageStatus, timestamp: Int64)? = { $0.fate }

    var cases: [RequestCase] = []
    var partitions: [PartitionCourse] = []
    private var partitionIndex: [PartitionKey: Int] = [:]
    private var ledgerIndex: [PartitionKey: Int] = [:]
    var processes: [SimulatedProcess] = []
    private var pastFencings: [(name: String, at: MonotonicInstant)] = []

    /// By mark: whose attempt it is.
    var caseOfMark: [UInt64: RequestCase] = [:]
    var begun: Set<UInt64> = []
    /// Whose ledger entries stand in the transaction that is judged now.
    var touched: [RequestCase] = []
    /// When requests were made to the provider, within the last second.
    var requestTimes: [Int64] = []
    var requestsBefore = 0
    var priorityRun = 0
    /// Those that this submission is the first to see in this place, and that wait for more than the turn of who came first.
    var newlyPlaced: [RequestCase] = []
    var turnsInSecond = 0
    var turnSecond: Int64 = 0
    /// For the report.
    var posts = 0
    var taken = 0
    var acceptedMessages = 0

    private static let mostFindings = 20

    init(world: World, options: Options, trace: Trace) {
        self.world = world
        self.options = options
        self.trace = trace
        for topic in options.requestTopics {
            for partition in 0..<options.partitions {
                let key = PartitionKey(topic: topic, partition: partition)
                partitionIndex[key] = partitions.count
                ledgerIndex[PartitionKey(topic: topic + Options.ledgerSuffix, partition: partition)] = partitions.count
                partitions.append(PartitionCourse(key, isPriority: topic == Options.priorityTopic))
            }
        }
    }

    func find(_ kind: Finding.Kind, _ text: @autoclosure () -> String) {
        // One kind can come at every turn of a schedule.
        guard findings.count < Self.mostFindings else { return }
        let finding = Finding(kind, text(), at: world.elapsed)
        // The first of each tells.
        guard !findings.contains(where: { $0.label == finding.label }) else { return }
        trace.note(-1, "FINDING", "\(kind.rawValue): \(finding.text)")
        findings.append(finding)
    }

    func index(ofRequests key: PartitionKey) -> Int? { partitionIndex[key] }

    func index(ofLedger key: PartitionKey) -> Int? { ledgerIndex[key] }

    func produced(_ made: RequestCase) {
        cases.append(made)
        partitions[made.partition].cases.append(made)
        trace.note(-1, "produced", "\(made.name) \(made.kind) \(String(decoding: made.id, as: UTF8.self)) key \(made.key) \(made.policy)")
    }

    /// A topic was deleted and made anew: what was not read is gone.
    func recreated(_ topic: String) {
        for index in partitions.indices where partitions[index].key.topic == topic {
            for made in partitions[index].cases {
                if !isRead(made), !made.isTaken { made.isGone = true }
                made.isFormer = true
            }
            partitions[index].former += partitions[index].cases
            partitions[index].cases = []
            partitions[index].covered = 0
            partitions[index].committed = 0
        }
    }

    /// An operator has the partition read from its earliest record: what was closed, and is not remembered any more, is sent anew.
    func isReadAnew(_ key: PartitionKey) {
        guard let index = index(ofRequests: key) else { return }
        for (place, made) in partitions[index].cases.enumerated() where made.isTaken && made.state == .closed && made.isFinal {
            made.isExcused = true
            partitions[index].former.append(made)
            partitions[index].cases[place] = made.anew()
        }
    }

    // MARK: Processes

    func started(_ process: SimulatedProcess) { processes.append(process) }

    func killed(_ process: SimulatedProcess) {}

    func ended(_ process: SimulatedProcess) {
        if process.isKilled { return }
        switch process.end {
        case .drained, nil: break
        case .rival(let why): if !hasTwins, !isFencedByThePast(process) { find(.wrongRival, "p\(process.number): \(why)") }
        case .failed(let why), .refused(let why), .unfit(let why): find(.failedEnd, "p\(process.number): \(why)")
        }
        guard let since = process.drainingSince else { return }
        let took = world.monotonic - since
        if took > process.stopBound {
            find(.slowStop, "p\(process.number) took \(took.milliseconds) ms, its bound is \(process.stopBound.milliseconds) ms")
        }
    }

    /// What a process cannot know: an initialisation of one that is gone fences its successor, as a rival would.
    func fencedByThePast(_ name: String) { pastFencings.append((name, world.monotonic)) }

    /// As often within ten minutes as a process takes for a rival.
    private func isFencedByThePast(_ process: SimulatedProcess) -> Bool {
        pastFencings.count { $0.name == process.name && world.monotonic - $0.at < .seconds(600) } >= 3
    }

    /// The drain's limit, its last transaction, the way out of the group; while things go wrong, also the time in which they do.
    var stopBound: Duration {
        options.drainLimit + options.transaction + .seconds(5) + (isInChaos ? options.session * 3 + .seconds(60) : .zero)
    }

    /// Whose producer it was, living or not; a late request may end the transaction of one that is gone.
    func writer(_ transaction: DecidedTransaction) -> SimulatedProcess? {
        processes.last { ObjectIdentifier($0.client) == transaction.holder }
    }

    /// Lets go of the processes, which know their judge.
    func release() {
        processes = []
        cases = []
        partitions = []
        touched = []
        newlyPlaced = []
        caseOfMark = [:]
    }

    // MARK: What is left to do

    /// Everything has ended, is held, or needs nothing.
    var isSettled: Bool {
        for made in cases where !isSettled(made) { return false }
        return true
    }

    func isSettled(_ made: RequestCase) -> Bool {
        if made.isGone { return true }
        switch made.kind {
        case .request, .copy:
            if made.isTaken { return made.isFinal || made.state == .held }
            // A repeat leaves nothing but an offset.
            return isRead(made)
        case .bad: return made.deadLetters > 0
        case .command: return isRead(made)
        }
    }

    func isRead(_ made: RequestCase) -> Bool { made.isFormer || made.offset < partitions[made.partition].committed }
}
