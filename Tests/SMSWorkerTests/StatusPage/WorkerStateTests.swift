import Logging
import Synchronization
import Testing
import Time

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

/// The page's first line: one thing at a time, in the words of `/readyz` and of the log, with what to do.
@Suite struct WorkerStateTests {
    private func state(_ change: (inout HealthReport) -> Void) -> WorkerState {
        var report = HealthReport()
        report.assigned = 1
        change(&report)
        return WorkerState(report)
    }

    private static let hindrances: [Hindrance] = [
        .draining, .reconnecting(since: nil), .reconnecting(since: "a fencing"), .reconnectingHangs, .joining(since: nil),
        .refusedByGroup("NO"),
        .noBroker, .closed(partition: "r-1", reason: "its ledger is damaged"), .notRead(partition: "r-1", reason: "no right"),
        .ledgerNotRead(partition: "r-1", reason: "no right"), .restoring(3), .commitsFail,
    ]

    @Test func whoIsNotReadySaysWhatReadyzSays() {
        for hindrance in Self.hindrances {
            var report = HealthReport()
            report.hindrance = hindrance
            // Whatever else there is.
            (report.account, report.breaker, report.held) = (.credit, .open, 3)
            let state = WorkerState(report)
            #expect(state.sentence == HealthState.Snapshot(report).reason && state.sentence == hindrance.sentence)
            #expect(!state.advice.isEmpty && state.tone != .well)
        }
    }

    @Test func whatSomebodyMustActOnIsNotSaidToPass() {
        let passing = Self.hindrances.filter { hindrance in state { $0.hindrance = hindrance }.tone == .passing }
        #expect(passing == [.draining, .reconnecting(since: nil), .reconnecting(since: "a fencing"), .joining(since: nil), .restoring(3)])
    }

    @Test func theFirstThingToLookAtComesFirst() {
        #expect(state { _ in }.sentence == "ready" && state { _ in }.tone == .well)
        #expect(state { $0.assigned = 0 }.advice.contains("owns no partition"))
        #expect(state { $0.held = 1 }.sentence == Sentences.held)
        #expect(state { $0.held = 2 }.sentence.hasPrefix("2 requests are held"))
        #expect(state { ($0.held, $0.breaker) = (2, .halfOpen) }.sentence == Sentences.narrowed)
        let refused = state { ($0.breaker, $0.refusals) = (.halfOpen, "LIMIT") }
        #expect(refused.sentence == Sentences.refused + " (LIMIT)" && refused.tone == .act)
        #expect(state { ($0.breaker, $0.refusals) = (.open, "LIMIT") }.sentence == Sentences.probing)
        #expect(state { ($0.account, $0.breaker) = (.credentials, .open) }.sentence == Sentences.paused(for: .credentials))
        let shut = state { ($0.door, $0.breaker) = (.badCredentials(code: "SMPP_0x0E"), .open) }
        #expect(shut.sentence == "no message goes out over SMPP: the message centre refuses the credentials (SMPP_0x0E)")
        #expect(shut.tone == .warning && shut.advice.contains("`rocketsms-worker check`"))
        #expect(state { $0.account = .credit }.advice.contains("Top the account up"))
    }

    private final class Lines: LogSink {
        private let kept = Mutex<[String]>([])
        var all: [String] { kept.withLock { $0 } }
        func write(line: [UInt8]) { kept.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
    }

    /// Each of them is a line of the log, word by word.
    @Test func theSentencesAreThoseOfTheLog() {
        let lines = Lines()
        let reporter = PipelineReporter(
            metrics: WorkerMetrics(), health: HealthState(),
            log: Logger(label: "worker", system: LoggingSystem(level: .trace, format: .text, sink: lines)))
        let now = MonotonicInstant(nanoseconds: 3_600_000_000_000)
        let partition = PartitionKey(topic: "r", partition: 1)
        reporter.observe(.accountPaused(.credentials, code: "A"), at: now)
        reporter.observe(.accountPaused(.credit, code: "B"), at: now)
        reporter.observe(.refusalsNarrow(code: "C"), at: now)
        reporter.observe(.providerFails(for: .seconds(1), lastFailure: "x"), at: now)
        reporter.observe(.held(id: [65], partition), at: now)
        let states = [
            state { $0.account = .credentials }, state { $0.account = .credit }, state { $0.refusals = "C" }, state { $0.breaker = .open },
            state { $0.held = 1 },
        ]
        for (state, line) in zip(states, lines.all) {
            #expect(line.contains(state.sentence.replacing(" (C)", with: "")), "\(state.sentence)")
        }
        #expect(lines.all.count == states.count)
    }
}
