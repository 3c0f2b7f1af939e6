package import SMSPipeline

extension KafkaTimings {
    package init(_ properties: KafkaProperties) {
        func milliseconds(_ key: String, _ standard: Duration) -> Duration {
            properties[key].flatMap { Int64($0) }.map { .milliseconds($0) } ?? standard
        }
        self.init(
            session: milliseconds("session.timeout.ms", Self.defaults.session),
            heartbeat: milliseconds("heartbeat.interval.ms", Self.defaults.heartbeat),
            transaction: milliseconds("transaction.timeout.ms", Self.defaults.transaction))
    }
}
