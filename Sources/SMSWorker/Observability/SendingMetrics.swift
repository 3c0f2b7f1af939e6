package import Metrics
package import Requests
package import SMSPipeline

/// What is asked of the provider, and what it answers.
package struct SendingMetrics: Sendable {
    package let attempts: Counter
    package let retries: Counter
    package let polls: Counter
    package let spent: Counter
    private let outcomes: Outcomes
    private let sendTime: Times
    private let pollTime: Times

    init(_ registry: MetricsRegistry) {
        attempts = registry.counter(MetricCatalog.attempts)
        retries = registry.counter(MetricCatalog.retries)
        polls = registry.counter(MetricCatalog.polls)
        spent = registry.counter(MetricCatalog.spent)
        outcomes = Outcomes(registry)
        sendTime = Times(registry, endpoint: "send", answered: "accepted")
        pollTime = Times(registry, endpoint: "status", answered: "answered")
    }

    package func count(_ outcome: AttemptOutcome) {
        outcomes.counter(of: outcome).increment()
        if case .accepted(let receipt) = outcome, let credits = receipt.cost?.wholeCredits { spent.increment(by: credits) }
    }

    package func answered(_ outcome: AttemptOutcome, after duration: Duration) {
        switch outcome {
        case .accepted: sendTime.answered.observe(duration)
        case .refused: sendTime.refused.observe(duration)
        case .account: sendTime.account.observe(duration)
        case .notSent: sendTime.notSent?.observe(duration)
        case .unknown: sendTime.unknown.observe(duration)
        case .parts: answered(outcome.gist, after: duration)
        case .notBegun: break
        }
    }

    package func answered(_ outcome: PollOutcome, after duration: Duration) {
        switch outcome {
        case .status: pollTime.answered.observe(duration)
        case .unknownID, .refused: pollTime.refused.observe(duration)
        case .account: pollTime.account.observe(duration)
        case .failed: pollTime.unknown.observe(duration)
        }
    }

    private struct Times: Sendable {
        let answered: Histogram
        let refused: Histogram
        let account: Histogram
        /// Nil where it makes no difference: a question may be asked again.
        let notSent: Histogram?
        let unknown: Histogram

        init(_ registry: MetricsRegistry, endpoint: String, answered name: String) {
            func time(_ outcome: String) -> Histogram {
                registry.histogram(MetricCatalog.requestTime, ["endpoint": endpoint, "outcome": outcome])
            }
            answered = time(name)
            refused = time("refused")
            account = time("account")
            notSent = endpoint == "send" ? time("not_sent") : nil
            unknown = time("unknown")
        }
    }

    private struct Outcomes: Sendable {
        let accepted: Counter
        let refused: Counter
        let account: Counter
        let notSent: Counter
        let notBegun: Counter
        let unknown: Counter

        init(_ registry: MetricsRegistry) {
            func outcome(_ name: String) -> Counter { registry.counter(MetricCatalog.outcomes, ["outcome": name]) }
            accepted = outcome("accepted")
            refused = outcome("refused")
            account = outcome("account")
            notSent = outcome("not_sent")
            notBegun = outcome("not_begun")
            unknown = outcome("unknown")
        }

        func counter(of outcome: AttemptOutcome) -> Counter {
            switch outcome {
            case .accepted: accepted
            case .refused: refused
            case .account: account
            case .notSent: notSent
            case .notBegun: notBegun
            case .unknown: unknown
            case .parts: counter(of: outcome.gist)
            }
        }
    }
}

extension Echo.Cost {
    /// Nil where the provider named none, or no whole number that a cost can be.
    var wholeCredits: Int? {
        var number = 0
        for byte in credits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), number < 100_000 else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return credits.isEmpty ? nil : number
    }
}
