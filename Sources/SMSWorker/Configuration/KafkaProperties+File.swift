internal import Glibc
internal import JSON
internal import Requests
internal import SMSPipeline
internal import Time

extension KafkaProperties {
    private static let maximumBytes = 1_048_576

    /// Keys that are not the operator's to set, and why.
    private static let refused: [String: String] = {
        var reasons: [String: String] = [:]
        for (key, ours) in [
            ("bootstrap.servers", ConfigurationKey.kafkaBootstrapServers), ("metadata.broker.list", .kafkaBootstrapServers),
            ("group.id", .kafkaGroupID), ("group.instance.id", .kafkaInstanceID), ("transactional.id", .kafkaTransactionalStem),
        ] {
            reasons[key] = "use \(ours.name) (\(ours.environment))"
        }
        for key in [
            "enable.idempotence", "acks", "request.required.acks", "isolation.level", "enable.auto.commit", "auto.commit.enable",
            "enable.auto.offset.store", "auto.offset.reset", "enable.partition.eof", "partitioner",
        ] {
            reasons[key] = "the worker's guarantees hang on its own value"
        }
        return reasons
    }()

    /// Reads a file of librdkafka's settings into `self`; answers a sentence for each thing that is wrong with it, without its values.
    mutating func read(_ path: String) -> [String] {
        let entries: [(key: String, value: String)]
        let shown = ConfigurationKey.isPlainPath(path) ? path : "the file"
        do throws(BoundedFile.Problem) {
            let bytes = try BoundedFile.read(path, atMost: Self.maximumBytes)
            if ByteOrderMark.isUTF16(bytes) {
                return ["\(ConfigurationKey.kafkaPropertiesFile.name): \(shown) is UTF-16, and must be UTF-8."]
            }
            do throws(JavaProperties.Problem) {
                entries = try JavaProperties.parse(bytes)
            } catch {
                return ["\(ConfigurationKey.kafkaPropertiesFile.name): line \(error.line) of \(shown) \(error.reason)."]
            }
        } catch {
            return ["\(ConfigurationKey.kafkaPropertiesFile.name): \(shown) cannot be read: \(error.reason)."]
        }
        self = KafkaProperties(entries)
        return self.entries.compactMap { key, value in
            Self.objection(to: key, value).map {
                "\(key) must not stand in \(shown) (\(ConfigurationKey.kafkaPropertiesFile.environment)): \($0)."
            }
        }
            + Self.fileKeys.filter { self[$0].map(Self.isPipe) ?? false }.map {
                "\($0) in \(shown) names a pipe: Kafka's client would wait for it without end."
            }
            + [Self.maxPollIntervalKey, Self.transactionTimeoutKey, Self.sessionKey, Self.heartbeatKey].compactMap { key in
                guard let value = self[key], Self.milliseconds(value) == nil else { return nil }
                return "\(key) in \(shown) is not a whole number of milliseconds."
            }
    }

    /// Files that librdkafka opens by itself, and waits for.
    private static let fileKeys = [
        "ssl.ca.location", "ssl.certificate.location", "ssl.key.location", "ssl.keystore.location", "ssl.crl.location",
    ]

    private static func isPipe(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    }

    private static func objection(to key: String, _ value: String) -> String? {
        if let reason = refused[key] { return reason }
        switch key {
        case "group.protocol" where value.lowercased() != "classic": return "the worker knows the group protocol classic only"
        case "max.in.flight.requests.per.connection", "max.in.flight":
            return (1...5).contains(Int(value) ?? 0) ? nil : "the worker's guarantees need a value from 1 to 5"
        // It stands as it is in the library's figures, which are JSON.
        case "client.id" where value.unicodeScalars.contains { $0 == "\"" || $0 == "\\" || $0.value < 0x20 }:
            return "with a quotation mark, a backslash or a control character nobody could read the client library's figures"
        default: return nil
        }
    }
}

// MARK: - Limits that our own depend on

extension KafkaProperties {
    static let maxPollIntervalKey = "max.poll.interval.ms"
    static let transactionTimeoutKey = "transaction.timeout.ms"
    static let sessionKey = "session.timeout.ms"
    static let heartbeatKey = "heartbeat.interval.ms"

    /// librdkafka's default is 5 minutes.
    package var maxPollInterval: Duration { self[Self.maxPollIntervalKey].flatMap(Self.milliseconds) ?? .seconds(300) }

    /// The worker's default is 10 s.
    package var transactionTimeout: Duration {
        self[Self.transactionTimeoutKey].flatMap(Self.milliseconds) ?? KafkaTimings.defaults.transaction
    }

    /// The worker's default is 15 s.
    package var session: Duration { self[Self.sessionKey].flatMap(Self.milliseconds) ?? KafkaTimings.defaults.session }

    /// The worker's default is 3 s, or what a shorter session allows.
    package var heartbeat: Duration {
        self[Self.heartbeatKey].flatMap(Self.milliseconds)
            ?? min(KafkaTimings.defaults.heartbeat, KafkaTimings.longestHeartbeat(session))
    }

    private static func milliseconds(_ text: String) -> Duration? {
        guard let value = Int64(text), value > 0, value <= 86_400_000 else { return nil }
        return .milliseconds(value)
    }
}
