import JSON
import PipelineSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

/// The pipeline with partition 0 of the topic `t`: its log, its ledger and the provider are the test's, and so is time.
final class PipelineStage {
    struct LedgerRecord {
        let key: [UInt8]
        /// Nil: a tombstone.
        let value: [UInt8]?
    }

    static let partition = PartitionKey(topic: "t", partition: 0)

    private static let recordedKey: [UInt8] = []

    /// The ledger's log: nothing is ever compacted here.
    private(set) var ledger: [LedgerRecord] = []
    /// Phones, in the order in which they were submitted.
    private(set) var sent: [String] = []
    /// The `traceparent` that went with each.
    private(set) var traces: [String?] = []
    /// Status events: id of the request, status.
    private(set) var events: [(id: String, status: String)] = []
    /// `<status> <sequence>`, of every status event.
    private(set) var courses: [String] = []
    private(set) var committed: Int64?
    private var log: [StageSession.RequestRecord] = []

    /// Turns of the pipeline, and the most records that one of them read.
    private(set) var turns = 0
    private(set) var mostRead = 0

    /// Messages that the provider took.
    private(set) var accepted = 0
    /// What it will say of the balance: as it was when it was asked.
    private var saidOfBalance: BalanceAnswer?

    private var session = StageSession()
    private var gateway = StageGateway()
    private var pipeline: Pipeline
    private let opener = StageOpener()
    private let observer = RecordingObserver()
    private let settings: PipelineSettings
    private var clock = Now(monotonic: MonotonicInstant(nanoseconds: 3_600_000_000_000), wall: 1_795_500_000_000)
    /// What the provider says of the next submissions.
    var answer = AttemptOutcome.refused(code: "BAD_PHONE")
    /// What the account can pay for; nil: everything. Whoever cannot be paid for is refused by a code that nobody knows.
    var account: StageAccount?
    /// What it says of the balance where there is no account.
    var balance = BalanceAnswer.failed
    /// What it says of the account's senders.
    var senders = SendersAnswer.failed(reason: "no answer")
    private(set) var senderQuestions = 0
    /// What it says of the account's templates.
    var templates = TemplatesAnswer.failed(reason: "no answer")
    /// What it says of a message's status; nil: nobody asks.
    var status: MessageStatus?
    /// The account is refused whenever a status is asked for.
    var arePollsRefused = false
    /// So many transactions will be aborted.
    var aborts = 0

    init(ledger: [LedgerRecord] = [], committed: Int64? = nil, settings: PipelineSettings = .sample()) {
        self.settings = settings
        self.ledger = ledger
        self.committed = committed
        pipeline = Pipeline(settings: settings, observer: observer, gateway: gateway, opener: opener, seed: 1, at: clock)
    }

    var wall: Int64 { clock.wall }
    var notes: [Note] { observer.notes }
    /// What reading the partition says.
    var readingFailure: (offset: Int64, error: BrokerError)? {
        get { session.failure }
        set { session.failure = newValue }
    }
    var unreadiness: String? { observer.health.reason }
    var refusals: String? { observer.health.refusals }
    var longestDue: Duration { max(observer.health.oldestDue.priority, observer.health.oldestDue.bulk) }
    var isPaused: Bool { observer.health.account == .credit }
    var accountProblem: AccountProblem? { observer.health.account }
    /// What it says to whoever looks.
    func detail(ends: [PartitionKey: Int64] = [:]) -> PipelineDetail { pipeline.detail(ends: ends, at: clock) }
    var health: HealthReport { observer.health }
    var isRestoring: Bool { session.restoring != nil }
    var isOpen: Bool { pipeline.isOpen(Self.partition) }

    /// A worker begins, with nothing but the topics.
    func start() throws {
        gateway = StageGateway()
        gateway.mustPoll = status != nil
        pipeline = Pipeline(settings: settings, observer: observer, gateway: gateway, opener: opener, seed: 1, at: clock)
        try openSession()
    }

    /// The session that the pipeline has asked for.
    func openSession(failure: (offset: Int64, error: BrokerError)? = nil) throws {
        session = StageSession()
        session.failure = failure
        session.records = log
        session.events = [.assign([Self.partition])]
        pipeline.opened(.success(session), at: clock)
        pipeline.turn(at: clock)
        try restore()
        try settle()
    }

    /// Answers the restore that was asked for.
    func restore() throws {
        let asked = try #require(session.restoring)
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
        let restore = steps.finished(low: 0, high: (log.last?.offset ?? -1) + 1, in: .zero)
        pipeline.answered(.restored(asked.partition, asked.assignment, .success(restore)), by: session, at: clock)
    }

    /// Answers the look that was asked for, of a log that begins at `low`.
    func look(low: Int64) throws {
        let asked = try #require(session.looking)
        session.looking = nil
        let found = PartitionLook(committed: committed, ledgerEnd: Int64(ledger.count), low: low)
        pipeline.answered(.looked(asked.partition, asked.assignment, found), by: session, at: clock)
    }

    /// The topic's records from here on are these; a topic made anew has others at the same offsets.
    func makeTopicAnew() {
        log = []
        session.records = []
    }

    /// `offsets repair --from earliest`, while no worker runs.
    func repairFromEarliest() {
        committed = 0
        var value: [UInt8] = []
        LedgerCodec.encode(LedgerCodec.Recorded(group: "g", offset: 0), into: &value)
        ledger.append(LedgerRecord(key: Self.recordedKey, value: value))
    }

    /// `ledger forget`, beside the worker.
    func forget(key: [UInt8]) { ledger.append(LedgerRecord(key: key, value: nil)) }

    /// Whether the ledger is to be read again.
    var wantsRestore: Bool { session.restoring != nil }

    /// The next record of the topic.
    func publish(_ json: String, at timestamp: Int64) throws { try publish([json], key: "k", at: timestamp) }

    /// - Parameter key: nil: no order applies.
    func publish(_ records: [String], key: String?, traceparent: String? = nil, at timestamp: Int64) throws {
        for json in records {
            log.append(
                StageSession.RequestRecord(
                    offset: Int64(log.count), timestamp: timestamp, key: key.map { Array($0) } ?? [], value: Array(json),
                    traceparent: traceparent.map(StageSession.forever)))
        }
        session.records = log
        try settle()
    }

    /// Turns whenever the pipeline wants one.
    func turn(for seconds: Int) throws {
        let end = clock.monotonic + .seconds(seconds)
        while clock.monotonic < end {
            let next = min(end, max(pipeline.nextTurnAt, clock.monotonic + .milliseconds(1)))
            let milliseconds = (next - clock.monotonic).milliseconds
            clock = Now(monotonic: next, wall: clock.wall + milliseconds)
            try settle()
        }
    }

    func pass(_ duration: Duration) throws {
        // In steps that the clock guard does not mind.
        for _ in 0..<3 {
            clock = Now(monotonic: clock.monotonic + .seconds(1), wall: clock.wall + 1_000)
            try settle()
        }
        clock = Now(monotonic: clock.monotonic + duration, wall: clock.wall + duration.components.seconds * 1_000)
        for _ in 0..<8 {
            clock = Now(monotonic: clock.monotonic + .seconds(1), wall: clock.wall + 1_000)
            try settle()
        }
    }

    /// Second by second.
    func live(seconds: Int) throws {
        for _ in 0..<seconds {
            clock = Now(monotonic: clock.monotonic + .seconds(1), wall: clock.wall + 1_000)
            try settle()
        }
    }

    /// Turns until nothing more is asked of Kafka or of the provider.
    private func settle() throws {
        for _ in 0..<2_000 {
            let read = session.given
            pipeline.turn(at: clock)
            turns += 1
            mostRead = max(mostRead, session.given - read)
            var isQuiet = true
            if let commit = session.committing {
                isQuiet = false
                session.committing = nil
                let isAborted = aborts > 0
                if isAborted { aborts -= 1 } else { take(commit.content) }
                let result = isAborted ? CommitResult.aborted(BrokerError(.abortable, name: "SOMETHING")) : .committed
                let report = CommitReport(result: result, producer: 0, renewal: nil)
                pipeline.answered(.committed(commit.number, report), by: session, at: clock)
            }
            if let sweep = session.sweeping {
                isQuiet = false
                session.sweeping = nil
                pipeline.answered(.swept(sweep.partition, sweep.assignment, .success(swept(sweep.request))), by: session, at: clock)
            }
            if answerProvider() { isQuiet = false }
            let polled = gateway.polled
            gateway.polled = []
            for tag in polled {
                isQuiet = false
                if arePollsRefused {
                    pipeline.provider(.polled(tag: tag, .account(.credentials, code: "WRONG_AUTH")), at: clock)
                } else if let status {
                    pipeline.provider(.polled(tag: tag, .status(.known(status))), at: clock)
                }
            }
            if isQuiet {
                guard pipeline.nextTurnAt <= clock.monotonic + .milliseconds(10) else { return }
                clock = Now(monotonic: clock.monotonic + .milliseconds(10), wall: clock.wall + 10)
            }
        }
        Issue.record("the pipeline does not come to rest")
    }

    /// - Returns: whether there was anything to answer.
    private func answerProvider() -> Bool {
        let (submitted, questions) = (gateway.submitted, gateway.questions)
        gateway.submitted = []
        gateway.questions = 0
        for submission in submitted {
            guard pipeline.mayBegin(tag: submission.tag, at: clock) else {
                pipeline.provider(.submitted(tag: submission.tag, .notBegun), at: clock)
                continue
            }
            sent.append(submission.phone)
            traces.append(submission.trace?.text)
            let answer = account?.charge(submission.message) ?? answer
            if case .accepted = answer { accepted += 1 }
            pipeline.provider(.submitted(tag: submission.tag, answer), at: clock)
        }
        if gateway.senderQuestions > 0 {
            precondition(gateway.senderQuestions == 1, "one question at a time")
            senderQuestions += 1
            gateway.senderQuestions = 0
            pipeline.provider(.senders(senders), at: clock)
        }
        if gateway.templateQuestions > 0 {
            precondition(gateway.templateQuestions == 1, "one question at a time")
            gateway.templateQuestions = 0
            pipeline.provider(.templates(templates), at: clock)
        }
        // What is asked in a turn was looked at before the answers of the next, and is said after them.
        let said = saidOfBalance
        if let said { pipeline.provider(.balance(said), at: clock) }
        saidOfBalance = questions > 0 ? account?.balance ?? balance : nil
        precondition(questions <= 1, "one question at a time")
        return !submitted.isEmpty || questions > 0 || said != nil
    }

    private func take(_ content: TransactionContent) {
        func bytes(_ range: Range<Int>?) -> [UInt8]? { range.map { Array(content.bytes[$0]) } }
        for record in content.records {
            switch record.destination {
            case .ledger: ledger.append(LedgerRecord(key: bytes(record.key) ?? [], value: bytes(record.value)))
            case .status:
                let value = try? JSONValue(parsing: bytes(record.value) ?? [])
                events.append((value?["requestId"]?.stringValue ?? "", value?["status"]?.stringValue ?? ""))
                courses.append("\(value?["status"]?.stringValue ?? "") \(value?["sequence"]?.numberValue?.int64 ?? 0)")
            case .deadLetter: break
            }
        }
        committed = max(committed ?? 0, content.owners.first?.offset ?? 0)
    }

    private func swept(_ request: SweepRequest) -> Sweep {
        var fold = SweepFold(request, low: 0)
        for (offset, record) in ledger.enumerated() where offset >= fold.sweep.nextOffset {
            let goesOn = record.key.withUnsafeBytes { key in
                withBytes(record.value) { fold.add(offset: Int64(offset), key: key, value: $0) }
            }
            guard goesOn else { break }
        }
        return fold.sweep
    }

    /// What the next owner would find.
    func restored() throws -> RestoredLedger {
        var fold = LedgerFold()
        for record in ledger {
            try record.key.withUnsafeBytes { key in try withBytes(record.value) { try fold.add(key: key, value: $0, at: 0) } }
        }
        return try fold.finished(beginning: 0)
    }

    /// Records that say that an attempt begins.
    var intents: Int {
        ledger.count { record in
            guard case .open(let entry)? = try? record.value?.withUnsafeBytes({ try LedgerCodec.decode($0) }) else { return false }
            return entry.state == .sending
        }
    }

    var tombstones: [String] { ledger.filter { $0.value == nil }.map(\.key.text) }

    private func withBytes<Result>(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws -> Result) rethrows -> Result {
        guard let bytes else { return try body(nil) }
        return try bytes.withUnsafeBytes { try body($0) }
    }
}
