import Logging
import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct ConfigurationLoaderTests {
    @Test(arguments: [("INFO", LogLevel.info), ("Warn", .warning), ("WARNING", .warning), ("tRaCe", .trace)])
    func theCaseOfALevelDoesNotMatter(text: String, level: LogLevel) throws {
        #expect(try loadConfiguration(["LOG_LEVEL": text]).configuration.log.level == level)
        #expect(try loadConfiguration(["LOG_FORMAT": "JSON"]).configuration.log.format == .json)
        #expect(configurationProblems(["LOG_LEVEL": "loud"]).count == 1)
    }

    @Test func defaults() throws {
        let configuration = try loadConfiguration().configuration
        #expect(
            configuration.kafka
                == .init(
                    bootstrapServers: "", groupID: "rocketsms-worker", instanceID: nil, transactionalStem: "pod-3-000000ab",
                    properties: KafkaProperties(),
                    startTimeout: .seconds(60)))
        #expect(
            configuration.topics
                == .init(
                    requests: ["sms.requests"], priorityRequests: [], status: "sms.status", deadLetter: "sms.dead-letter",
                    ledgerSuffix: ".ledger",
                    autoCreate: false))
        #expect(configuration.topics.ledger(of: "sms.requests") == "sms.requests.ledger")
        #expect(
            configuration.provider
                == .init(
                    baseURL: "https://api.rocketsms.by", allowPlaintext: false, credentials: nil, requestTimeout: .seconds(15),
                    connectTimeout: .seconds(5), accountCodes: ["WRONG_AUTH"], creditCodes: [], transientCodes: [],
                    unavailable: .unknown, idleTimeout: .seconds(4), maxParts: 0, senderPolicy: .allow, checkBalance: true))
        #expect(
            configuration.send
                == .init(
                    maxInFlight: 64, rateLimit: 0, onUnknown: .resend, onUnknownFloor: nil, allowedSenders: AllowedSenders([]),
                    ordering: .key, maxAttempts: 3,
                    maxAge: .seconds(86_400),
                    backoff: .seconds(1),
                    backoffMax: .seconds(300), retryBudget: 0.2, schedule: .provider, maxWaiting: 10_000, priorityShare: 0.2,
                    drainLimit: .seconds(15)))
        #expect(
            configuration.track
                == .init(
                    cadence: [.seconds(2), .seconds(5), .seconds(15), .seconds(60), .seconds(300), .seconds(3_600)],
                    horizon: .seconds(259_200),
                    maxInFlight: 32))
        #expect(configuration.dedup == .init(window: .seconds(86_400), maxEntries: 1_000_000))
        #expect(configuration.admin == .init(host: "127.0.0.1", port: 8_080))
        #expect(configuration.log == .init(level: .info, format: .json))
        #expect(try loadConfiguration(isTerminal: true).configuration.log.format == .text)
    }

    @Test func defaultsThatFollowFromOtherValues() throws {
        let instance = try loadConfiguration(["KAFKA_INSTANCE_ID": "worker-0", "ROCKETSMS_REQUEST_TIMEOUT": "20s"]).configuration
        #expect(instance.kafka.instanceID == "worker-0")
        #expect(instance.kafka.transactionalStem == "worker-0")
        #expect(instance.send.drainLimit == .seconds(20))
        let told = try loadConfiguration(["KAFKA_INSTANCE_ID": "worker-0", "KAFKA_TRANSACTIONAL_STEM": "stem", "SEND_DRAIN_LIMIT": "0s"])
            .configuration
        #expect(told.kafka.transactionalStem == "stem")
        #expect(told.send.drainLimit == .zero)
    }

    @Test func aCommandMayHaveOtherDefaults() throws {
        let loader = ConfigurationLoader(environment: ["TOPICS_STATUS": "s"], defaults: [.topicsAutoCreate: "true", .topicsStatus: "t"])
        let loaded = try loader.load(requiring: [])
        #expect(loaded.configuration.topics.autoCreate)
        #expect(loaded.configuration.topics.status == "s")
        #expect(loaded.settings[.topicsAutoCreate].origin == .standard)
    }

    @Test func precedence() throws {
        let file = try TemporaryFile(#"{"send": {"maxInFlight": 1, "maxAttempts": 1, "maxWaiting": 1}}"#)
        let loaded = try loadConfiguration(
            ["SEND_MAX_IN_FLIGHT": "2", "SEND_MAX_ATTEMPTS": "2"], flags: ["--config", file.path, "--send-max-in-flight=3"])
        #expect(loaded.configuration.send.maxInFlight == 3)
        #expect(loaded.configuration.send.maxAttempts == 2)
        #expect(loaded.configuration.send.maxWaiting == 1)
        #expect(loaded.settings[.sendMaxInFlight].origin == .flag)
        #expect(loaded.settings[.sendMaxAttempts].origin == .environment)
        #expect(loaded.settings[.sendMaxWaiting].origin == .file(path: file.path))
        #expect(loaded.settings[.sendBackoff].origin == .standard)
    }

    @Test func everyKeyCanComeFromEachPlace() throws {
        let texts: [ConfigurationKey: String] = [
            .kafkaBootstrapServers: "a:1,b:2", .kafkaGroupID: "g", .kafkaInstanceID: "i", .kafkaTransactionalStem: "s",
            .kafkaStartTimeout: "9s",
            .topicsRequests: "r1,r2", .topicsPriorityRequests: "p1", .topicsStatus: "s", .topicsDeadLetter: "d", .topicsLedgerSuffix: "-l",
            .topicsAutoCreate: "true", .providerBaseURL: "http://x", .providerAllowPlaintext: "true", .providerRequestTimeout: "9s",
            .providerConnectTimeout: "8s", .providerAccountCodes: "A,B", .providerCreditCodes: "C", .providerTransientCodes: "D",
            .providerUnavailable: "not-sent", .providerIdleTimeout: "9s", .providerMaxParts: "6", .providerSenderPolicy: "reject",
            .providerCheckBalance: "false",
            .sendMaxInFlight: "7", .sendRateLimit: "2.5", .sendOnUnknown: "hold", .sendOrdering: "none",
            .sendMaxAttempts: "9", .sendMaxAge: "1h", .sendBackoff: "2s", .sendBackoffMax: "3m", .sendRetryBudget: "0.5",
            .sendSchedule: "worker",
            .sendMaxWaiting: "5", .sendPriorityShare: "0.25", .sendDrainLimit: "4s", .trackCadence: "1s,2s", .trackHorizon: "1h",
            .trackMaxInFlight: "3", .dedupWindow: "1h", .dedupMaxEntries: "10", .adminHost: "0.0.0.0", .adminPort: "0", .logLevel: "debug",
            .sendOnUnknownFloor: "hold", .sendAllowedSenders: "AL SHOP,B",
            .registryURL: "https://r", .registryUsername: "u", .registryRegister: "false",
            .logFormat: "text", .otelEndpoint: "http://a:4318", .otelProtocol: "http/json", .otelHeaders: "a=b", .otelTimeout: "7000",
            .otelServiceName: "s", .otelResourceAttributes: "c=d",
            .providerTransport: "smpp", .topicsReceipts: "rc", .smppHost: "smsc", .smppPort: "3700", .smppTLS: "false",
            .smppSystemID: "shop", .smppSystemType: "t", .smppBind: "pair", .smppWindow: "5", .smppEnquireInterval: "9s",
            .smppResponseTimeout: "8s", .smppSource: "5/0", .smppDestination: "2/1", .smppDataCoding: "3", .smppConcatenation: "sar",
            .smppMessageIDFormat: "hex-dec", .smppUnknownStatuses: "0x08,69", .smppReceiptAddress: "ignore",
        ]
        let fromEnvironment = try loadConfiguration(Dictionary(uniqueKeysWithValues: texts.map { ($0.key.environment, $0.value) }))
            .configuration
        let fromFlags = try loadConfiguration(flags: texts.flatMap { [$0.key.flag, $0.value] }).configuration
        let members = texts.map { "\"\($0.key.name)\": \"\($0.value)\"" }
        let file = try TemporaryFile("{" + members.joined(separator: ",") + "}")
        let fromFile = try loadConfiguration(flags: ["--config", file.path]).configuration
        #expect(fromEnvironment == fromFlags)
        #expect(fromEnvironment == fromFile)
        #expect(fromFile.kafka.bootstrapServers == "a:1,b:2")
        #expect(fromFile.topics.requests == ["r1", "r2"])
        #expect(fromFile.topics.priorityRequests == ["p1"])
        #expect(fromFile.provider.accountCodes == ["A", "B"])
        #expect(fromFile.provider.unavailable == .notSent)
        #expect(fromFile.provider.idleTimeout == .seconds(9))
        #expect(fromFile.provider.maxParts == 6)
        #expect(fromFile.provider.senderPolicy == .reject)
        #expect(fromFile.send.rateLimit == 2.5)
        #expect(fromFile.send.onUnknown == .hold)
        #expect(fromFile.send.ordering == .none)
        #expect(fromFile.send.schedule == .worker)
        #expect(fromFile.track.cadence == [.seconds(1), .seconds(2)])
        #expect(fromFile.registry == .init(url: "https://r", username: "u", password: nil, registers: false))
        #expect(fromFile.log == .init(level: .debug, format: .text))
        let standard = try loadConfiguration().configuration
        let differing = Set(ConfigurationKey.all).subtracting(texts.keys).map(\.name).filter {
            !$0.hasSuffix("File") && !$0.contains("password")
        }
        // Of a version there is one value so far.
        #expect(differing.sorted() == ["config.version", "rocketsms.username"])
        #expect(standard != fromFile)
    }

    /// Key, what it is set to, and what the message must say of the range.
    @Test(arguments: [
        ("SEND_MAX_IN_FLIGHT", "0", "1 to 4096"), ("SEND_MAX_IN_FLIGHT", "many", "whole number"),
        ("SEND_MAX_IN_FLIGHT", "-1", "whole number"),
        ("SEND_MAX_IN_FLIGHT", "", "whole number"), ("SEND_RATE_LIMIT", "-1", "a number"), ("SEND_RATE_LIMIT", "nan", "a number"),
        ("SEND_RATE_LIMIT", "0x10", "a number"), ("SEND_RATE_LIMIT", "1e3", "a number"), ("SEND_RETRY_BUDGET", "1.1", "0 to 1"),
        ("SEND_PRIORITY_SHARE", "1", "0 to 0.9"), ("SEND_ON_UNKNOWN", "retry", "resend, fail, hold"), ("SEND_ORDERING", "KEY", "key, none"),
        ("SEND_SCHEDULE", "later", "provider, worker"), ("SEND_BACKOFF", "1", "10ms to 1h"), ("SEND_MAX_AGE", "1000h", "1s to 720h"),
        ("TRACK_CADENCE", "", "durations"), ("TRACK_CADENCE", "2s,,5s", "durations"), ("TRACK_CADENCE", "2s,0s", "100ms to 24h"),
        ("TOPICS_REQUESTS", "", "a name of"), ("TOPICS_REQUESTS", "a,b c", "a name of"), ("TOPICS_STATUS", "..", "a name of"),
        ("TOPICS_STATUS", "", "a name of"), ("TOPICS_AUTO_CREATE", "yes", "true or false"), ("ADMIN_PORT", "65536", "0 to 65535"),
        ("ADMIN_PORT", "tcp://10.0.0.1:80", "whole number"), ("LOG_LEVEL", "verbose", "trace, debug"), ("LOG_FORMAT", "xml", "text, json"),
        ("KAFKA_BOOTSTRAP_SERVERS", "a:b", "host:port"), ("KAFKA_BOOTSTRAP_SERVERS", "a:1,,b:2", "host:port"),
        ("KAFKA_INSTANCE_ID", "a b", "a name of"),
        ("ROCKETSMS_BASE_URL", "rocketsms", "URL"),
    ])
    func aBadValueIsNamedWithKeyValueAndRange(environment: String, value: String, range: String) throws {
        let key = try #require(ConfigurationKey.named(environment: environment))
        let found = configurationProblems([environment: value])
        #expect(found.count == 1)
        let sentence = try #require(found.first)
        #expect(
            sentence.contains(key.name) && sentence.contains(environment) && sentence.contains("\"\(value)\"") && sentence.contains(range),
            "\(sentence)")
        let flagged = try #require(configurationProblems(flags: ["\(key.flag)=\(value)"]).first)
        #expect(flagged.contains(key.flag))
    }

    @Test func aBadValueStopsEvenWhereAnotherPlaceWins() throws {
        #expect(configurationProblems(["ADMIN_PORT": "x"], flags: ["--admin-port", "1"]).count == 1)
    }

    @Test func allProblemsAreNamedAtOnce() {
        #expect(configurationProblems(["ADMIN_PORT": "x", "LOG_LEVEL": "y"], flags: ["--send-ordering", "z"]).count == 3)
    }

    @Test func hostileValuesStayOnOneLineAndShort() throws {
        let sentence = try #require(configurationProblems(["LOG_LEVEL": "a\nb" + String(repeating: "x", count: 10_000)]).first)
        #expect(sentence.count < 300)
        #expect(!sentence.contains("\n"))
    }

    @Test func anEmptyValueUnsetsWhatMayBeUnset() throws {
        let file = try TemporaryFile(
            #"{"kafka": {"instanceId": "i"}, "topics": {"priorityRequests": ["p"]}, "rocketsms": {"accountCodes": ["A"]}}"#)
        let configuration = try loadConfiguration(
            ["KAFKA_INSTANCE_ID": "", "TOPICS_PRIORITY_REQUESTS": "", "ROCKETSMS_ACCOUNT_CODES": ""], flags: ["--config", file.path]
        ).configuration
        #expect(configuration.kafka.instanceID == nil)
        #expect(configuration.kafka.transactionalStem == "pod-3-000000ab")
        #expect(configuration.topics.priorityRequests == [])
        #expect(configuration.provider.accountCodes == [])
    }

    @Test func requirements() throws {
        #expect(configurationProblems() == [])
        let missing = configurationProblems(requiring: .run)
        #expect(missing.count == 3)
        for name in [
            "KAFKA_BOOTSTRAP_SERVERS", "ROCKETSMS_USERNAME", "ROCKETSMS_PASSWORD", "ROCKETSMS_PASSWORD_MD5", "ROCKETSMS_PASSWORD_FILE",
        ] {
            #expect(missing.contains { $0.contains(name) }, "\(name)")
        }
        #expect(configurationProblems(["KAFKA_BOOTSTRAP_SERVERS": ""], requiring: .broker).count == 1)
        let loaded = try loadConfiguration(
            ["KAFKA_BOOTSTRAP_SERVERS": "k:9092", "ROCKETSMS_USERNAME": "u", "ROCKETSMS_PASSWORD": "p"], requiring: .run)
        #expect(loaded.configuration.provider.credentials == Credentials(username: "u", password: .plain("p")))
    }

    @Test(arguments: [
        ("KAFKA_BOOTSTRAP_SERVER", "KAFKA_BOOTSTRAP_SERVERS"), ("KAFKA_BOOTSTRAPSERVERS", "KAFKA_BOOTSTRAP_SERVERS"),
        ("ROCKETSMS_PASWORD", "ROCKETSMS_PASSWORD"), ("SEND_MAX_INFLIGHT", "SEND_MAX_IN_FLIGHT"), ("log_level", "LOG_LEVEL"),
        ("ADMIN_PROT", "ADMIN_PORT"),
    ])
    func anUnknownVariableThatLooksLikeOursGivesAWarning(name: String, meant: String) throws {
        let warnings = try loadConfiguration([name: "375291234567"]).warnings
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains(name) == true && warnings.first?.contains(meant) == true)
        #expect(warnings.first?.contains("3752") == false)
    }

    @Test(arguments: [
        "PATH", "HOME", "KAFKA_HOME", "KAFKA_SERVICE_HOST", "LOG", "LOGNAME", "ROCKETSMS_WORKER_SERVICE_PORT", "LANG", "HOSTNAME", "",
    ])
    func otherVariablesSayNothing(name: String) throws {
        #expect(try loadConfiguration([name: "x"]).warnings == [])
    }
}
