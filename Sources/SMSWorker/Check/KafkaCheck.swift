package import Kafka
internal import Requests
internal import SMSPipeline

/// What the brokers' answers mean for a start: the lines of broker, TLS, rights and topics. Pure.
package struct KafkaCheck {
    package let lines: [CheckLine]

    /// - Parameter answer: a failure where no broker answered, or none would have us.
    package init(_ configuration: WorkerConfiguration, _ answer: Result<KafkaFacts, KafkaError>) {
        switch answer {
        case .failure(let error): lines = Self.lines(configuration, error)
        case .success(let facts):
            let count = facts.cluster.brokers
            lines =
                [.good(.broker, "\(count) \(count == 1 ? "broker" : "brokers"), by way of \(configuration.kafka.bootstrapServers)")]
                + Self.transport(configuration) + Self.rights(facts.trials) + Self.topics(configuration.topics, facts)
        }
    }

    // MARK: Broker and TLS

    private static func lines(_ configuration: WorkerConfiguration, _ error: KafkaError) -> [CheckLine] {
        let servers = configuration.kafka.bootstrapServers
        let rest = [CheckLine.Subject.rights, .topics].map { CheckLine.unasked($0, "no broker was asked") }
        if error.isAuthorization {
            let refused = CheckLine.finding(
                .broker, "Kafka refuses the credentials: \(error.description)",
                remedy: "sasl.username, sasl.password and sasl.mechanism in KAFKA_PROPERTIES_FILE")
            return [refused] + transport(configuration) + rest
        }
        if error.isTLS {
            let tls = CheckLine.finding(
                .tls, error.description,
                remedy: "security.protocol must be what the listener speaks, and ssl.ca.location an authority that signed for the names in "
                    + "KAFKA_BOOTSTRAP_SERVERS")
            return [.finding(.broker, "no connection to \(servers) came about", remedy: "see tls"), tls] + rest
        }
        let away = CheckLine.finding(
            .broker, "no broker answered at \(servers) (\(error.description))",
            remedy: "KAFKA_BOOTSTRAP_SERVERS, name resolution, a firewall, the brokers themselves")
        return [away, .unasked(.tls, "no broker was asked")] + rest
    }

    private static func transport(_ configuration: WorkerConfiguration) -> [CheckLine] {
        let warnings = KafkaTransport(kafka: configuration.kafka).warnings
        guard warnings.isEmpty else { return warnings.map { .finding(.tls, trimmed($0), remedy: nil) } }
        let transport = configuration.kafka.properties["security.protocol"]?.lowercased() ?? "plaintext"
        return [
            transport.contains("ssl")
                ? .good(.tls, "the brokers' certificates are trusted")
                : .good(.tls, "none, and the brokers are on this machine")
        ]
    }

    private static func trimmed(_ sentence: String) -> String { sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence }

    // MARK: Rights

    private static func rights(_ trials: [KafkaFacts.Trial]) -> [CheckLine] {
        let remedy = "`rocketsms-worker acls plan` writes down what it needs"
        var findings: [CheckLine] = []
        var untried: [String] = []
        for trial in trials {
            switch trial.outcome {
            case .granted: break
            case .untried: untried.append(trial.right)
            case .failed(let error):
                findings.append(
                    error.isAuthorization
                        ? .finding(.rights, "\(trial.right) is missing: \(error.description)", remedy: remedy)
                        : .finding(.rights, "\(trial.right) could not be tried: \(error.description)", remedy: "ask again when it passes"))
            }
        }
        if findings.isEmpty { findings = [.good(.rights, "whatever shows without a write is there")] }
        guard !untried.isEmpty else { return findings }
        return findings + [.unasked(.rights, "by a write alone shows: \(untried.joined(separator: "; "))", remedy: remedy)]
    }

    // MARK: Topics

    private static func topics(_ topics: WorkerConfiguration.Topics, _ facts: KafkaFacts) -> [CheckLine] {
        let inspection = TopicInspection(topics: topics, cluster: facts.cluster, settings: facts.settings)
        var lines: [CheckLine] = []
        for finding in inspection.findings {
            let seen = facts.cluster.topics[finding.topic]
            // Told as a missing right.
            if seen?.error?.isAuthorization == true { continue }
            if seen == nil, finding.setting == nil, topics.autoCreate {
                lines.append(.good(.topics, "the topic \(finding.topic) does not exist: `run` makes it (TOPICS_AUTO_CREATE)"))
            } else if finding.severity == .unasked {
                lines.append(.unasked(.topics, finding.sentence, remedy: "`rocketsms-worker acls plan --describe-configs`"))
            } else {
                lines.append(.finding(.topics, finding.sentence, remedy: remedy(finding)))
            }
        }
        if lines.isEmpty { lines = [.good(.topics, "all are as the worker needs them")] }
        return lines
    }

    /// Where the sentence has none.
    private static func remedy(_ finding: TopicFinding) -> String? {
        switch (finding.setting, finding.wanted) {
        case (nil, _): nil
        case ("partitions", _): "`rocketsms-worker topics create` grows it"
        case ("replication.factor", _): "kafka-reassign-partitions gives it more replicas"
        case (let setting?, let wanted?): "kafka-configs --alter --topic \(finding.topic) --add-config \(setting)=\(wanted)"
        case (let setting?, nil): "kafka-configs --alter --topic \(finding.topic) changes \(setting)"
        }
    }
}
