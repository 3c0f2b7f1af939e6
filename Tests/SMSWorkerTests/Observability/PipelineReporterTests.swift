import Logging
import Metrics
import Synchronization
import Testing
import Time

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

/// What the pipeline tells reaches a figure, a line or `/readyz`: a note that is dropped on the way would be seen by nobody.
@Suite struct PipelineReporterTests {
    private static let partition = PartitionKey(topic: "r", partition: 3)
    private static let error = BrokerError(.other, name: "SOMETHING", description: "something went wrong")
    private static let id = Array("order-375291234567".utf8)

    /// One of each kind. A kind that comes new does not compile in `kind`, which stands beside.
    private static let notes: [Note] = [
        .consumed, .gap, .seekBack, .admitted, .repeated, .deadLettered(.badPhone, partition, offset: 7), .commandApplied,
        .commandDropped(.cancel, id: id, partition, reason: "it is held"), .readingStopped(partition, waiting: 10),
        .readingGoesOn(partition, waiting: 8), .attemptBegan(isRetry: true), .attemptEnded(.unknown(reason: "no answer")), .pollBegan,
        .event(
            EntryEvent(status: .sent, isFinal: false, sequence: 1, attempt: 1, reason: nil, isPossibleDuplicate: false)),
        .firstEvent(after: .seconds(1)), .held(id: id, partition), .providerFails(for: .seconds(1), lastFailure: "no connection"),
        .providerAnswers, .accountPaused(.credit, code: "NO_MONEY"), .accountResumed(after: .seconds(9)),
        .committed(records: 3, in: .milliseconds(7), after: 0), .aborted(error, failures: 1), .producersRebuilt,
        .producerRenewed(in: .milliseconds(5)), .membershipRefused(error), .tombstones(4), .assigned([partition]),
        .revoked([partition], isLost: false), .restored(records: 9, in: .milliseconds(3)), .restoreFailed(partition, .kafka(error)),
        .opened(partition, offset: 5, open: 1, closed: 2), .staysClosed(partition, reason: "its ledger is damaged"),
        .offsetLost(partition, error), .partitionCount(12), .stoodStill(.seconds(5)), .draining, .startingOver(reason: "fenced"),
        .lostWhileDraining, .sessionNotOpened(error), .openingHangs, .consumerTrouble(error), .health(HealthReport()),
        .refusalsNarrow(code: "LIMIT_EXCEEDED"), .refusalsEnded, .repeatDiffers(id: id, partition, fields: ["text"]),
        .senderNotUsable(id: id, partition), .sendersUnknown(reason: "no connection"),
        .templateMissing(id: id, partition), .templatesUnknown(reason: "no connection"),
        .sendAnswered(.refused(code: "BAD_PHONE"), after: .seconds(1)), .pollAnswered(.unknownID, after: .seconds(1)),
        .finalStatus(.delivered, after: .seconds(70)), .door(.shut("not bound")), .lateAnswer, .receipt(.kept),
        .receiptsTrouble(error), .receiptsLost(3), .receiptsFound(9, lost: 1), .span(span),
    ]

    private static let span = TraceSpan(
        context: TraceContext(Array("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".utf8))!, id: 1, parent: 2,
        kind: .event(.sent), start: MonotonicInstant(nanoseconds: 5), end: MonotonicInstant(nanoseconds: 7))

    private static func kind(_ note: Note) -> Int {
        switch note {
        case .consumed: 0
        case .gap: 1
        case .seekBack: 2
        case .admitted: 3
        case .repeated: 4
        case .deadLettered: 5
        case .commandApplied: 6
        case .commandDropped: 7
        case .readingStopped: 8
        case .readingGoesOn: 9
        case .attemptBegan: 10
        case .attemptEnded: 11
        case .pollBegan: 12
        case .event: 13
        case .firstEvent: 14
        case .held: 15
        case .providerFails: 16
        case .providerAnswers: 17
        case .accountPaused: 18
        case .accountResumed: 19
        case .committed: 20
        case .aborted: 21
        case .producersRebuilt: 22
        case .producerRenewed: 23
        case .membershipRefused: 24
        case .tombstones: 25
        case .assigned: 26
        case .revoked: 27
        case .restored: 28
        case .restoreFailed: 29
        case .opened: 30
        case .staysClosed: 31
        case .offsetLost: 32
        case .partitionCount: 33
        case .stoodStill: 34
        case .draining: 35
        case .startingOver: 36
        case .lostWhileDraining: 37
        case .sessionNotOpened: 38
        case .openingHangs: 39
        case .consumerTrouble: 40
        case .health: 41
        case .refusalsNarrow: 42
        case .refusalsEnded: 43
        case .repeatDiffers: 44
        case .senderNotUsable: 45
        case .sendersUnknown: 46
        case .templateMissing: 47
        case .templatesUnknown: 48
        case .sendAnswered: 49
        case .pollAnswered: 50
        case .finalStatus: 51
        case .door: 52
        case .lateAnswer: 53
        case .receipt: 54
        case .receiptsTrouble: 55
        case .receiptsLost: 56
        case .receiptsFound: 57
        case .span: 58
        }
    }

    private final class Lines: LogSink {
        private let kept = Mutex<[String]>([])
        var all: [String] { kept.withLock { $0 } }
        func write(line: [UInt8]) { kept.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
    }

    private let metrics = WorkerMetrics()
    private let health = HealthState()
    private let lines = Lines()
    private let now = MonotonicInstant(nanoseconds: 3_600_000_000_000)

    private var reporter: PipelineReporter {
        let system = LoggingSystem(level: .trace, format: .json, sink: lines)
        return PipelineReporter(metrics: metrics, health: health, log: Logger(label: "worker", system: system))
    }

    private var figures: String { String(decoding: MetricsText.prometheus.render(metrics.registry), as: UTF8.self) }

    @Test func everyKindOfNoteStandsHereOnce() { #expect(Self.notes.map(Self.kind) == Array(0...58)) }

    @Test func everyNoteHasItsFigureOrItsLine() {
        // A span goes to `TracingObserver`.
        for note in Self.notes.dropLast() {
            let reporter = reporter
            let (figures, lines, health) = (figures, lines.all.count, health.snapshot)
            reporter.observe(note, at: now)
            #expect(self.figures != figures || self.lines.all.count > lines || self.health.snapshot != health, "\(note) is told to nobody")
        }
    }

    @Test func whatIsNotedAHundredTimesASecondDoesNotFillTheLog() {
        let throttled: [Note] = [
            .deadLettered(.badPhone, Self.partition, offset: 7), .commandDropped(.cancel, id: Self.id, Self.partition, reason: "x"),
            .readingStopped(Self.partition, waiting: 1), .readingGoesOn(Self.partition, waiting: 1), .held(id: Self.id, Self.partition),
            .providerFails(for: .seconds(1), lastFailure: "x"), .aborted(Self.error, failures: 1), .producerRenewed(in: .zero),
            .consumerTrouble(Self.error), .repeatDiffers(id: Self.id, Self.partition, fields: ["text"]),
            .senderNotUsable(id: Self.id, Self.partition), .sendersUnknown(reason: "x"),
        ]
        for note in throttled {
            let reporter = reporter
            let before = lines.all.count
            for index in 0..<100 { reporter.observe(note, at: now + .milliseconds(index * 10 - index)) }
            #expect(lines.all.count == before + 1, "\(note)")
        }
    }

    /// A line names a request for whoever looks for it; what looks like a phone in its id does not go along.
    @Test func aPhoneInAnIDIsInNoLine() {
        let reporter = reporter
        for note in Self.notes { reporter.observe(note, at: now) }
        #expect(lines.all.count > 20)
        #expect(lines.all.contains { $0.contains("order-***67") } && !lines.all.contains { $0.contains("3752912345") })
    }

    /// What has happened, what it means for the messages, and what to do, in the line itself.
    @Test func whatHoldsMessagesBackSaysWhatItMeansAndWhatToDo() throws {
        let cases: [(Note, meaning: String, remedy: String)] = [
            (.accountPaused(.credit, code: "NO_MONEY"), "no message fails", "top it up"),
            (.accountPaused(.credentials, code: "WRONG_AUTH"), "no message fails", "change the password"),
            (.providerFails(for: .seconds(1), lastFailure: "no connection"), "nothing is lost", "the error says"),
            (.refusalsNarrow(code: "LIMIT_EXCEEDED"), "tried one by one", "ROCKETSMS_CREDIT_CODES"),
            (.startingOver(reason: "fenced"), "nothing is lost", "KAFKA_INSTANCE_ID"),
            (.staysClosed(Self.partition, reason: "choose with `offsets repair`"), "nothing of it is read or sent", "offsets repair"),
            (.held(id: Self.id, Self.partition), "nobody knows", "requests resolve"),
            (.aborted(Self.error, failures: 1), "no new attempt begins", "tried again"),
        ]
        for (note, meaning, remedy) in cases {
            let before = lines.all.count
            reporter.observe(note, at: now)
            #expect(lines.all.count == before + 1)
            let line = try #require(lines.all.last)
            #expect(line.contains(meaning) && line.contains(remedy), "\(line)")
        }
    }

    @Test func aPaceThatStaysNarrowIsALineAndItsEndToo() {
        let reporter = reporter
        var report = HealthReport()
        for (breaker, seconds) in [(HealthReport.Breaker.closed, 0..<5), (.halfOpen, 5..<30), (.closed, 30..<60)] {
            report.breaker = breaker
            for second in seconds { reporter.observe(.health(report), at: now + .seconds(second)) }
        }
        #expect(lines.all.count == 2)
        #expect(
            lines.all.first?.contains("fewer are under way at a time, nothing is lost") == true
                && lines.all.last?.contains("SEND_MAX_IN_FLIGHT") == true)
    }

    /// All that ten thousand messages bring on their way, where nothing is wrong.
    @Test func whatIsWellIsNoLine() {
        let reporter = reporter
        let well: [Note] = [
            .consumed, .gap, .admitted, .repeated, .attemptBegan(isRetry: false), .attemptEnded(.unknown(reason: "no answer")), .pollBegan,
            .event(EntryEvent(status: .sent, isFinal: false, sequence: 1, attempt: 1, reason: nil, isPossibleDuplicate: false)),
            .firstEvent(after: .seconds(1)), .sendAnswered(.refused(code: "BAD_PHONE"), after: .seconds(1)),
            .pollAnswered(.unknownID, after: .seconds(1)), .finalStatus(.delivered, after: .seconds(70)), .commandApplied,
            .committed(records: 3, in: .milliseconds(7), after: 0), .tombstones(4), .health(HealthReport()),
        ]
        for second in 0..<100 { for note in well { reporter.observe(note, at: now + .seconds(second)) } }
        #expect(lines.all.isEmpty)
    }

    @Test func aTransactionThatComesThroughAfterOthersWereAbortedIsTold() {
        let reporter = reporter
        reporter.observe(.committed(records: 1, in: .zero, after: 0), at: now)
        #expect(lines.all.isEmpty)
        reporter.observe(.committed(records: 1, in: .zero, after: 3), at: now)
        #expect(lines.all.count == 1 && lines.all[0].contains("transactions commit again"))
    }
}
