import JSON
import PipelineSupport
import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

/// The second door in front of a centre that knows what it has: one partition, one process after another, one seed. Whatever may happen
/// between two turns happens at some seed: answers in any order, late and never, receipts before them, commits that fail, deaths between any
/// two steps, partitions taken away and given back.
final class DoorStage {
    struct LedgerRecord {
        let key: [UInt8]
        let value: [UInt8]?
    }

    struct Event {
        let id: String
        let status: String
        let sequence: Int
        let isFinal: Bool
        let code: String?
        let message: String?
        let isPossibleDuplicate: Bool
    }

    static let partition = PartitionKey(topic: "t", partition: 0)

    let seed: UInt64
    var random: SeededGenerator
    private(set) var settings: PipelineSettings
    // What outlives a process.
    private(set) var ledger: [LedgerRecord] = []
    private(set) var events: [Event] = []
    private(set) var topic: [Receipt] = []
    /// LogAppendTime of each.
    private var appendTimes: [Int64] = []
    private(set) var requests: [StageSession.RequestRecord] = []
    private(set) var policies: [String: (policy: String, parts: Int)] = [:]
    var committed: Int64?
    var centre = DoorCentre()
    // A process.
    private(set) var pipeline: Pipeline
    private(set) var session = StageSession()
    private(set) var gateway = DoorGateway()
    private(set) var log = DoorLog()
    private let opener = CountingOpener()
    let observer = RecordingObserver()
    /// Offered parts whose answer is on its way.
    var answers: [(tag: UInt64, outcome: PartOutcome, late: String?)] = []
    var lates: [(tag: UInt64, id: String?)] = []
    private(set) var isLogStarted = false
    private var position = 0
    private(set) var clock = Now(monotonic: MonotonicInstant(nanoseconds: 3_600_000_000_000), wall: 1_795_500_000_000)

    init(seed: UInt64, send: SendSettings = .sample) {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        settings = .sample(send: send, isTraced: true, receipts: ReceiptSettings(account: 1, fingerprint: 5, checksAddress: true))
        pipeline = Pipeline(
            settings: settings, observer: observer, gateway: gateway, receipts: log, opener: opener, seed: seed, at: clock)
    }

    // MARK: Time

    func pass(_ duration: Duration) {
        clock = Now(monotonic: clock.monotonic + duration, wall: clock.wall + duration.milliseconds)
    }

    func turn() { pipeline.turn(at: clock) }

    // MARK: A process

    /// A new one over what the earlier one left.
    func begin() {
        gateway = DoorGateway()
        log = DoorLog()
        (answers, lates, isLogStarted) = ([], [], false)
        pipeline = Pipeline(
            settings: settings, observer: observer, gateway: gateway, receipts: log, opener: opener, seed: random.next(), at: clock)
        pipeline.provider(.door(.open), at: clock)
        openSession()
    }

    func openSession() {
        session = StageSession()
        session.records = requests
        session.events = [.assign([Self.partition])]
        pipeline.opened(.success(session), at: clock)
        turn()
    }

    /// A new process that binds as another account.
    func begin(as account: UInt32) {
        settings = .sample(
            send: settings.send, receipts: ReceiptSettings(account: account, fingerprint: UInt64(account), checksAddress: true))
        begin()
        gateway.account = account
    }

    /// What is known of the ledger is given up, and nothing that waits for a transaction is committed.
    func rebuild() throws {
        pipeline.renewSession("something is new", at: clock)
        pass(.seconds(1))
        turn()
    }

    /// The session that was asked for, and the ledger read again.
    func reopen() throws {
        openSession()
        try answerRestore()
        turn()
        answerSearch()
        turn()
    }

    /// Seconds in which everything is committed.
    func run(_ seconds: Int) {
        for _ in 0..<seconds {
            pass(.seconds(1))
            turn()
            answerCommit(true)
        }
    }

    /// The part that was offered last, taken out.
    func takeOffer() throws -> DoorGateway.Offer {
        let offer = gateway.offered.popLast()
        return try #require(offer)
    }

    static func opened(send: SendSettings = .sample) throws -> DoorStage {
        let stage = DoorStage(seed: 1, send: send)
        stage.begin()
        stage.startLog()
        try stage.answerRestore()
        stage.turn()
        return stage
    }

    func takeAwayAndGiveBack() { session.events += [.revoke([Self.partition], isLost: random.oneIn(2)), .assign([Self.partition])] }

    func startLog() {
        isLogStarted = true
        position = topic.count
        pipeline.receipts(.started(place(topic.count)), at: clock)
    }

    private func place(_ number: Int) -> ReceiptPosition {
        ReceiptPosition(next: Int64(number), timestamp: number == 0 ? -1 : appendTimes[number - 1])
    }

    // MARK: Kafka

    func answerRestore() throws {
        // A ledger is read behind every transaction that may still end.
        guard let asked = session.restoring, session.committing == nil else { return }
        session.restoring = nil
        var steps = RestoreSteps()
        steps.committedOffset(committed)
        steps.ledgerEnds(low: 0, high: Int64(ledger.count))
        for (offset, record) in ledger.enumerated() {
            try record.key.withUnsafeBytes { key in
                try withBytes(record.value) { try steps.record(offset: Int64(offset), key: key, value: $0) }
            }
        }
        try steps.hasReadLedger(at: clock.wall)
        let restore = steps.finished(low: 0, high: Int64(requests.count), in: .zero)
        pipeline.answered(.restored(asked.partition, asked.assignment, .success(restore)), by: session, at: clock)
    }

    /// - Parameter isHeard: else the process dies before it hears.
    func answerCommit(_ isCommitted: Bool, isHeard: Bool = true) {
        guard let commit = session.committing else { return }
        session.committing = nil
        if isCommitted { take(commit.content) }
        guard isHeard else { return }
        let result = isCommitted ? CommitResult.committed : .aborted(BrokerError(.abortable, name: "SOMETHING"))
        let report = CommitReport(result: result, producer: 0, renewal: nil)
        pipeline.answered(.committed(commit.number, report), by: session, at: clock)
    }

    private func take(_ content: TransactionContent) {
        func bytes(_ range: Range<Int>?) -> [UInt8]? { range.map { Array(content.bytes[$0]) } }
        for record in content.records where session.alive[Int(record.owner)] {
            switch record.destination {
            case .ledger: ledger.append(LedgerRecord(key: bytes(record.key) ?? [], value: bytes(record.value)))
            case .status:
                let value = try? JSONValue(parsing: bytes(record.value) ?? [])
                events.append(
                    Event(
                        id: value?["requestId"]?.stringValue ?? "", status: value?["status"]?.stringValue ?? "",
                        sequence: Int(value?["sequence"]?.numberValue?.int64 ?? 0), isFinal: value?["final"]?.boolValue ?? false,
                        code: value?["reason"]?["code"]?.stringValue, message: value?["reason"]?["message"]?.stringValue,
                        isPossibleDuplicate: value?["possibleDuplicate"]?.boolValue ?? false))
            case .deadLetter: Issue.record("seed \(seed): a dead letter")
            }
        }
        for (owner, isAlive) in zip(content.owners, session.alive) where isAlive { committed = max(committed ?? 0, owner.offset) }
    }

    func publish(_ id: String, parts: Int, policy: String) {
        policies[id] = (policy, parts)
        append(#"{"id": "\#(id)", "phone": "+375296890043", "text": "\#(parts) \#(id)", "onUnknown": "\#(policy)"}"#)
    }

    func append(_ json: String, traceparent: String? = nil) {
        requests.append(
            StageSession.RequestRecord(
                offset: Int64(requests.count), timestamp: clock.wall, key: [], value: Array(json.utf8),
                traceparent: traceparent.map(StageSession.forever)))
        session.records = requests
    }

    // MARK: Receipts

    /// Somebody's bind got one, and wrote it.
    func writeReceipt() -> Bool {
        guard let next = centre.nextReceipt(using: &random) else { return false }
        writeReceipt(of: next.id, next.status)
        return true
    }

    func writeReceipt(of id: String, _ status: MessageStatus) {
        let account = settings.receipts?.account ?? 0
        topic.append(
            Receipt(number: Int64(topic.count), account: account, ids: [gateway.receiptID(id)], status: status, addresses: (99, 7)))
        appendTimes.append(clock.wall)
    }

    /// The topic is deleted and made anew.
    func makeTopicAnew() { (topic, appendTimes) = ([], []) }

    /// The process notices.
    func tellAnew() {
        position = 0
        pipeline.receipts(.broken(next: place(0), lost: 0), at: clock)
    }

    func readReceipts(_ count: Int) {
        guard isLogStarted, !log.isPaused, position < topic.count else { return }
        let end = min(topic.count, position + count)
        let receipts = Array(topic[position..<end])
        position = end
        pipeline.receipts(.read(receipts, next: place(end)), at: clock)
    }

    var areReceiptsRead: Bool { isLogStarted && position == topic.count }

    /// Where the log ends.
    func answerEnd() {
        for tag in log.questions { pipeline.receipts(.end(tag: tag, Int64(topic.count)), at: clock) }
        log.questions = []
    }

    var unreadiness: String? { observer.health.reason }
    /// Sessions that were asked for, beside those that were given.
    var openings: Int { opener.count }

    func answerSearch(fails: Bool = false) {
        guard !log.searches.isEmpty else { return }
        let (search, tag) = log.searches.removeFirst()
        guard !fails else { return pipeline.receipts(.found(tag: tag, .failure(BrokerError(.retriable, name: "SLOW"))), at: clock) }
        let isThis = ([search.from] + search.known).allSatisfy { $0.next <= topic.count && ($0.timestamp < 0 || $0 == place(Int($0.next))) }
        let from = isThis ? Int(search.from.next) : 0
        let end = min(topic.count, Int(search.end))
        let found = from < end ? topic[from..<end].filter { !search.ids.isDisjoint(with: $0.ids) } : []
        pipeline.receipts(
            .found(
                tag: tag,
                .success(
                    ReceiptFindings(
                        receipts: Array(found), lost: 0, readCount: max(0, end - from), isAnotherLog: !isThis,
                        beganAt: appendTimes.first ?? -1))),
            at: clock)
    }

    // MARK: What the ledger says in the end

    func restored() throws -> RestoredLedger {
        var fold = LedgerFold()
        for record in ledger {
            try record.key.withUnsafeBytes { key in try withBytes(record.value) { try fold.add(key: key, value: $0, at: 0) } }
        }
        return try fold.finished(beginning: 0)
    }

    private func withBytes<Result>(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws -> Result) rethrows -> Result {
        guard let bytes else { return try body(nil) }
        return try bytes.withUnsafeBytes { try body($0) }
    }
}
