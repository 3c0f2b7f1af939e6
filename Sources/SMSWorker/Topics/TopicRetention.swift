internal import Time

/// How long topics keep what stands in them: phones and texts in requests and dead letters, ids, keys and metadata in events. The broker's
/// default, a week or for ever, is nobody's decision.
package struct TopicRetention: Equatable, Sendable {
    package var requests: Duration
    package var status: Duration
    package var deadLetters: Duration

    package init(
        requests: Duration = .seconds(3 * 86_400), status: Duration = .seconds(7 * 86_400), deadLetters: Duration = .seconds(14 * 86_400)
    ) {
        self.requests = requests
        self.status = status
        self.deadLetters = deadLetters
    }

    package static let standard = TopicRetention()

    static func setting(_ retention: Duration) -> (key: String, value: String) {
        (TopicSetting.retentionMilliseconds, "\(retention.milliseconds)")
    }
}
