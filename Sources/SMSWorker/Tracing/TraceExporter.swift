internal import Dispatch
internal import EventLoop
internal import Logging
internal import Metrics
internal import SMSPipeline
internal import Synchronization
internal import Time
internal import WebClient

/// Takes spans from the pipeline's loop, and brings them to the collector from a thread of its own: nobody waits for it.
final class TraceExporter: Sendable {
    private struct State {
        var buffer = SpanBuffer()
        /// What of `buffer.dropped` is counted.
        var counted = 0
        var isUnderWay = false
        var stopsAt: MonotonicInstant?
    }

    /// What waits less than a batch goes then.
    private static let interval = Duration.seconds(1)
    /// Of what is left at the end of the process.
    private static let patience = Duration.seconds(2)

    private let settings: WorkerConfiguration.Traces
    private let description: SpanDescription
    private let metrics: TraceMetrics
    private let log: Logger
    private let post: @Sendable (WebRequest) -> Result<WebRequest.Answer, WebRequest.Failure>
    private let thread: WorkThread
    private let state = Mutex(State())
    private let troubles = Mutex(OncePer<Int>(.seconds(60)))

    /// - Parameter post: brings a request to the collector, and waits for the answer.
    /// - Throws: `EventLoopError` when the system gives no thread.
    init(
        _ settings: WorkerConfiguration.Traces, _ description: SpanDescription, metrics: TraceMetrics,
        log: Logger = Logger(label: "traces"),
        post: @escaping @Sendable (WebRequest) -> Result<WebRequest.Answer, WebRequest.Failure> = { request in
            Result { () throws(WebRequest.Failure) in try request.post() }
        }
    ) throws(EventLoopError) {
        self.settings = settings
        self.description = description
        self.metrics = metrics
        self.log = log
        self.post = post
        thread = try WorkThread(name: "traces")
    }

    func append(_ span: TraceSpan) {
        if state.withLock({ $0.buffer.append(span) }) { export() }
    }

    /// Brings away what waits, second by second, until the task is cancelled.
    func exportRegularly() async {
        while (try? await Task.sleep(for: Self.interval)) != nil { export() }
    }

    /// What waits still goes, as far as it can in two seconds. A request that is under way may take longer: it goes with the process.
    func stop() {
        state.withLock { $0.stopsAt = .now + Self.patience }
        export()
        let hasEnded = DispatchSemaphore(value: 0)
        thread.submit { hasEnded.signal() }
        if hasEnded.wait(timeout: .now() + .seconds(2)) == .success { thread.stop() } else { thread.abandon() }
    }

    private func export() {
        let begins = state.withLock { state in
            guard !state.isUnderWay else { return false }
            state.isUnderWay = true
            return true
        }
        if begins { thread.submit { [self] in exportAll() } }
    }

    private func exportAll() {
        while let batch = next() { export(batch) }
    }

    private func next() -> [TraceSpan]? {
        let (batch, lost) = state.withLock { state in
            let lost = state.buffer.dropped - state.counted
            state.counted = state.buffer.dropped
            let isLate = state.stopsAt.map { .now >= $0 } ?? false
            let batch = isLate ? [] : state.buffer.takeBatch()
            if batch.isEmpty { state.isUnderWay = false }
            return (batch, lost)
        }
        if lost > 0 {
            metrics.full.increment(by: lost)
            complain("the collector of traces is slower than what is recorded: spans are dropped, no message waits for it", 0)
        }
        return batch.isEmpty ? nil : batch
    }

    private func export(_ batch: [TraceSpan]) {
        let origin = WallTime.now.milliseconds * 1_000_000 - MonotonicInstant.now.nanoseconds
        let spans = batch.map { description.describe($0, origin: origin) }
        let request = WebRequest(
            url: settings.url, headers: ["Content-Type: \(settings.form.contentType)"] + settings.headers,
            body: OTLPRequest(resource: settings.resource.map { ($0.name, $0.value) }, spans: spans).bytes(settings.form),
            timeout: state.withLock { $0.stopsAt == nil } ? settings.timeout : min(settings.timeout, Self.patience))
        switch post(request) {
        case .success(let answer) where (200..<300).contains(answer.status): return metrics.exported.increment(by: spans.count)
        case .success(let answer): complain("the collector of traces answers HTTP \(answer.status): its spans are dropped", 1)
        case .failure(let failure): complain("the collector of traces does not answer (\(failure.word)): its spans are dropped", 1)
        }
        metrics.refused.increment(by: spans.count)
    }

    private func complain(_ sentence: String, _ kind: Int) {
        guard let suppressed = troubles.withLock({ $0.admit(kind, at: MonotonicInstant.now.nanoseconds) }) else { return }
        log.warning("\(sentence)", metadata: [LogKeys.suppressed: "\(suppressed)"])
    }
}

extension WebRequest.Failure {
    var word: String {
        switch self {
        case .unfit: "libcurl does not take its address"
        case .noAnswer(let word): word
        case .tooLong: "its answer is too long"
        }
    }
}
