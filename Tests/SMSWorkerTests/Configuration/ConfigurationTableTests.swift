import Testing
import Time

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct ConfigurationTableTests {
    /// The names and defaults that users are promised.
    static let promised: [(environment: String, standard: String?)] = [
        ("CONFIG_VERSION", "1"), ("KAFKA_BOOTSTRAP_SERVERS", nil), ("KAFKA_GROUP_ID", "rocketsms-worker"), ("KAFKA_INSTANCE_ID", nil),
        ("KAFKA_TRANSACTIONAL_STEM", nil),
        ("KAFKA_PROPERTIES_FILE", nil), ("KAFKA_START_TIMEOUT", "60s"), ("TOPICS_REQUESTS", "sms.requests"),
        ("TOPICS_PRIORITY_REQUESTS", ""),
        ("TOPICS_STATUS", "sms.status"), ("TOPICS_DEAD_LETTER", "sms.dead-letter"), ("TOPICS_LEDGER_SUFFIX", ".ledger"),
        ("TOPICS_AUTO_CREATE", "false"), ("ROCKETSMS_BASE_URL", "https://api.rocketsms.by"), ("ROCKETSMS_ALLOW_PLAINTEXT", "false"),
        ("ROCKETSMS_USERNAME", nil), ("ROCKETSMS_USERNAME_FILE", nil), ("ROCKETSMS_PASSWORD", nil), ("ROCKETSMS_PASSWORD_FILE", nil),
        ("ROCKETSMS_PASSWORD_MD5", nil), ("ROCKETSMS_PASSWORD_MD5_FILE", nil), ("ROCKETSMS_REQUEST_TIMEOUT", "15s"),
        ("ROCKETSMS_CONNECT_TIMEOUT", "5s"), ("ROCKETSMS_ACCOUNT_CODES", "WRONG_AUTH"), ("ROCKETSMS_CREDIT_CODES", ""),
        ("ROCKETSMS_TRANSIENT_CODES", ""), ("ROCKETSMS_UNAVAILABLE", "unknown"), ("ROCKETSMS_IDLE_TIMEOUT", "4s"),
        ("ROCKETSMS_MAX_PARTS", "0"), ("ROCKETSMS_SENDER_POLICY", "allow"),
        ("ROCKETSMS_CHECK_BALANCE", "true"), ("SEND_MAX_IN_FLIGHT", "64"), ("SEND_RATE_LIMIT", "0"),
        ("SEND_ON_UNKNOWN", "resend"), ("SEND_ORDERING", "key"), ("SEND_MAX_ATTEMPTS", "3"), ("SEND_MAX_AGE", "24h"),
        ("SEND_BACKOFF", "1s"),
        ("SEND_BACKOFF_MAX", "5m"), ("SEND_RETRY_BUDGET", "0.2"), ("SEND_SCHEDULE", "provider"), ("SEND_MAX_WAITING", "10000"),
        ("SEND_PRIORITY_SHARE", "0.2"), ("SEND_DRAIN_LIMIT", nil), ("TRACK_CADENCE", "2s,5s,15s,60s,5m,1h"), ("TRACK_HORIZON", "72h"),
        ("TRACK_MAX_IN_FLIGHT", "32"), ("DEDUP_WINDOW", "24h"), ("DEDUP_MAX_ENTRIES", "1000000"), ("ADMIN_HOST", "127.0.0.1"),
        ("ADMIN_PORT", "8080"), ("ADMIN_TOKEN_FILE", nil), ("SEND_ALLOWED_SENDERS", ""), ("SEND_ON_UNKNOWN_FLOOR", nil),
        ("SCHEMA_REGISTRY_URL", nil), ("SCHEMA_REGISTRY_USERNAME", nil), ("SCHEMA_REGISTRY_PASSWORD_FILE", nil),
        ("SCHEMA_REGISTRY_REGISTER", "true"),
        ("LOG_LEVEL", "info"), ("LOG_FORMAT", nil), ("OTEL_EXPORTER_OTLP_ENDPOINT", nil), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_HEADERS", nil), ("OTEL_EXPORTER_OTLP_TIMEOUT", "10000"), ("OTEL_SERVICE_NAME", "rocketsms-worker"),
        ("OTEL_RESOURCE_ATTRIBUTES", nil),
        ("PROVIDER_TRANSPORT", "http"), ("TOPICS_RECEIPTS", "sms.receipts"), ("SMPP_HOST", nil),
        ("SMPP_PORT", "2775"), ("SMPP_TLS", "true"),
        ("SMPP_SYSTEM_ID", nil), ("SMPP_PASSWORD", nil), ("SMPP_PASSWORD_FILE", nil), ("SMPP_SYSTEM_TYPE", nil),
        ("SMPP_BIND", "transceiver"), ("SMPP_WINDOW", "10"), ("SMPP_ENQUIRE_INTERVAL", "30s"), ("SMPP_RESPONSE_TIMEOUT", "30s"),
        ("SMPP_SOURCE_TON_NPI", nil), ("SMPP_DESTINATION_TON_NPI", "1/1"), ("SMPP_DATA_CODING", "0"), ("SMPP_CONCATENATION", "udh"),
        ("SMPP_MESSAGE_ID_FORMAT", "opaque"), ("SMPP_UNKNOWN_STATUSES", "0x08,0xFF"), ("SMPP_RECEIPT_ADDRESS", "check"),
    ]

    @Test func theTableIsWhatIsPromised() {
        #expect(Set(ConfigurationKey.all.map(\.environment)) == Set(Self.promised.map(\.environment)))
        #expect(ConfigurationKey.all.count == Self.promised.count)
        for (environment, standard) in Self.promised {
            #expect(ConfigurationKey.named(environment: environment)?.defaultText == standard, "\(environment)")
        }
    }

    @Test func threeNames() throws {
        let key = try #require(ConfigurationKey.named("kafka.bootstrapServers"))
        #expect(key.environment == "KAFKA_BOOTSTRAP_SERVERS")
        #expect(key.flag == "--kafka-bootstrap-servers")
        for key in ConfigurationKey.all {
            #expect(ConfigurationKey.named(key.name) == key)
            #expect(ConfigurationKey.named(environment: key.environment) == key)
            #expect(ConfigurationKey.named(flag: key.flag) == key)
            #expect(key.help.hasSuffix("."))
        }
        for (acronym, name) in [
            ("kafka.groupID", "kafka.groupId"), ("rocketsms.baseURL", "rocketsms.baseUrl"),
            ("rocketsms.passwordMD5File", "rocketsms.passwordMd5File"),
        ] {
            #expect(ConfigurationKey.named(acronym)?.name == name)
        }
        for other in ["KAFKA_GROUP_ID", "kafka.group_id", "kafka", "", "kafka.", "--kafka-group-id"] {
            #expect(ConfigurationKey.named(other) == nil)
        }
        for other in ["--KAFKA-GROUP-ID", "--kafka_group_id", "kafka-group-id", "--", "-kafka-group-id"] {
            #expect(ConfigurationKey.named(flag: other) == nil)
        }
    }

    @Test(
        arguments: [
            ("500ms", 500), ("5s", 5_000), ("2m", 120_000), ("72h", 259_200_000), ("0s", 0), ("9223372036854775807h", nil), ("5", nil),
            ("", nil), ("s", nil),
            ("-5s", nil), ("+5s", nil), ("1.5s", nil), ("5 s", nil), ("5S", nil), ("5d", nil), ("5s ", nil), ("٥s", nil), ("1h30m", nil),
        ] as [(String, Int64?)])
    func durations(text: String, milliseconds: Int64?) {
        #expect(ConfigurationDuration.parse(text) == milliseconds.map { .milliseconds($0) })
    }

    @Test(arguments: ["1ms", "1500ms", "90s", "2m", "72h", "0s"]) func durationsRoundTrip(text: String) throws {
        #expect(ConfigurationDuration.text(try #require(ConfigurationDuration.parse(text))) == text)
    }

    @Test(arguments: [
        ("http://127.0.0.1:8081", true, true), ("http://localhost/x", true, true), ("HTTP://LocalHost", true, true),
        ("http://[::1]:80/", true, true),
        ("http://127.255.0.9", true, true), ("http://sim.localhost:1", true, true), ("https://api.rocketsms.by", false, false),
        ("http://127.evil.com", true, false), ("http://127.0.0.1.evil.com", true, false), ("http://localhost.evil.com", true, false),
        ("http://127.0.0.256", true, false), ("http://127.0.0.1.5", true, false), ("http://1270.0.0.1", true, false),
        ("http://evil-localhost", true, false), ("http://127.0.0.09", true, false), ("http://127.0.00.1", true, false),
        ("http://[::2]", true, false),
    ])
    func loopback(url: String, isPlaintext: Bool, isLoopback: Bool) throws {
        let address = try #require(ProviderAddress(url))
        #expect(address.isPlaintext == isPlaintext)
        #expect(address.isLoopback == isLoopback)
    }

    @Test(arguments: [
        "", "api.rocketsms.by", "ftp://x", "https://", "https:///x", "https://u:p@x", "https://x?y", "https://x#y", "https://x:0",
        "https://x:65536", "https://x:",
        "https://x y", "https://x\n", "https://[::1", "https://[::1]x", "http://127.0.0.1\\@evil.com", "https://пример.бел", "https://x:8o",
    ])
    func noBaseURL(url: String) { #expect(ProviderAddress(url) == nil) }

    @Test func spelling() {
        let words = ["--kafka-group-id", "--send-backoff", "--send-backoff-max", "--log-level"]
        #expect(Spelling.suggestion(for: "--kafka-gruop-id", among: words) == "--kafka-group-id")
        #expect(Spelling.suggestion(for: "--Send-BackOff", among: words) == "--send-backoff")
        #expect(Spelling.suggestion(for: "--send-backof-max", among: words) == "--send-backoff-max")
        #expect(Spelling.suggestion(for: "--nothing-like-it", among: words) == nil)
        #expect(Spelling.suggestion(for: String(repeating: "x", count: 1_000_000), among: words) == nil)
        #expect(Spelling.suggestion(for: "", among: []) == nil)
    }
}
