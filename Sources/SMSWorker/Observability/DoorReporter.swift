internal import Logging
package import Metrics
internal import SMSPipeline
internal import Time

/// What the second door has to tell, as figures and log lines: binds, receipts, late answers.
struct DoorReporter {
    private let metrics: ReceiptMetrics
    private let log: Logger
    private var troubles = LogThrottle(every: .seconds(30))

    init(_ metrics: ReceiptMetrics, log: Logger) {
        self.metrics = metrics
        self.log = log
    }

    mutating func observe(_ note: Note, at now: MonotonicInstant) {
        switch note {
        case .door(.open): log.notice("bound to the message centre: messages go out")
        case .door(.shut(let reason)): log.warning("no message goes out over SMPP", metadata: [LogKeys.reason: "\(reason)"])
        case .door(.tooManyBinds):
            log.warning("the message centre grants this account no further bind: no message goes out here until it does")
        case .door(.badCredentials(let code)):
            log.error("the message centre refuses the credentials", metadata: [LogKeys.code: "\(code)"])
        case .lateAnswer: metrics.lateAnswers.increment()
        case .receipt(.matches): metrics.matched.increment()
        case .receipt(.kept): metrics.kept.increment()
        case .receipt(.passed): metrics.passed.increment()
        case .receiptsTrouble(let error):
            guard let suppressed = troubles.admit(at: now) else { return }
            log.warning(
                "the topic of receipts could not be read: it is tried again",
                metadata: [LogKeys.error: "\(error)", LogKeys.suppressed: "\(suppressed)"])
        case .receiptsLost(let count):
            metrics.lost.increment(by: Int(clamping: count))
            log.warning("the topic of receipts was made anew or cut: what was not read is gone", metadata: [LogKeys.count: "\(count)"])
        case .receiptsFound(let read, let lost):
            metrics.lost.increment(by: Int(clamping: lost))
            log.info("receipts of before were read", metadata: [LogKeys.count: "\(read)", LogKeys.lost: "\(lost)"])
        default: break
        }
    }
}

/// Of receipts, as this process reads them; another one reads the same.
package struct ReceiptMetrics: Sendable {
    package let matched: Counter
    package let kept: Counter
    package let passed: Counter
    package let lost: Counter
    package let lateAnswers: Counter

    init(_ registry: MetricsRegistry) {
        matched = registry.counter(MetricCatalog.receiptsRead, ["verdict": "matched"])
        kept = registry.counter(MetricCatalog.receiptsRead, ["verdict": "kept"])
        passed = registry.counter(MetricCatalog.receiptsRead, ["verdict": "passed"])
        lost = registry.counter(MetricCatalog.receiptsLost)
        lateAnswers = registry.counter(MetricCatalog.lateAnswers)
    }
}
