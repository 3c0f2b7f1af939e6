import Glibc
import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct ConfigurationChecksTests {
    @Test func aPolicyThatIsMilderThanTheFloorIsRefused() throws {
        let found = configurationProblems(["SEND_ON_UNKNOWN_FLOOR": "hold"])
        #expect(found.count == 1 && found[0].contains("resend is milder than send.onUnknownFloor, hold"))
        #expect(configurationProblems(["SEND_ON_UNKNOWN_FLOOR": "fail", "SEND_ON_UNKNOWN": "hold"]).count == 1)
        for (floor, policy) in [("hold", "fail"), ("hold", "hold"), ("resend", "resend")] {
            let loaded = try loadConfiguration(["SEND_ON_UNKNOWN_FLOOR": floor, "SEND_ON_UNKNOWN": policy])
            #expect(loaded.configuration.send.onUnknownFloor?.name == floor)
        }
        #expect(try loadConfiguration().configuration.send.onUnknownFloor == nil)
    }

    @Test(arguments: [
        ("", false), ("sasl.oauthbearer.method=oidc", false), ("sasl.oauthbearer.method=default", false),
        ("sasl.oauthbearer.method=oidc\nsasl.oauthbearer.token.endpoint.url=https://login/token", true),
        ("enable.sasl.oauthbearer.unsecure.jwt=true", true),
    ])
    func tokensMustComeFromSomewhere(properties: String, isGood: Bool) throws {
        for key in ["sasl.mechanism", "sasl.mechanisms"] {
            let file = try TemporaryFile("security.protocol=SASL_SSL\n\(key)=OAUTHBEARER\n\(properties)\n")
            let found = configurationProblems(["KAFKA_PROPERTIES_FILE": file.path])
            #expect(found.count == (isGood ? 0 : 1))
            #expect(isGood || found[0].contains("sasl.oauthbearer.method=oidc"))
        }
    }

    @Test func sendersAreAnyUnlessSomeAreAllowed() throws {
        #expect(try loadConfiguration().configuration.send.allowedSenders.allows(Array("Shop".utf8)))
        let senders = try loadConfiguration(["SEND_ALLOWED_SENDERS": "AL SHOP, MyShop"]).configuration.send.allowedSenders
        #expect(senders.allows(Array("AL SHOP".utf8)) && senders.allows(Array("MyShop".utf8)) && senders.allows(nil))
        #expect(!senders.allows(Array("Myshop".utf8)))
        #expect(configurationProblems(["SEND_ALLOWED_SENDERS": "a sender that is too long"]).count == 1)
    }

    @Test(arguments: [
        ("10.0.0.1:9092", "", true), ("127.0.0.1:9092,kafka:9092", "", true), ("PLAINTEXT://kafka:9092", "", true),
        ("[2001:db8::1]:9092", "", true), ("localhost:9092,127.0.0.1:1,[::1]:9092", "", false),
        ("kafka:9092", "security.protocol=SSL", false),
        ("kafka:9092", "security.protocol=SASL_PLAINTEXT", true), ("kafka:9092", "security.protocol=sasl_ssl", false),
        ("kafka:9092", "security.protocol=ssl\nssl.endpoint.identification.algorithm=none", true),
        ("kafka:9092", "security.protocol=ssl\nenable.ssl.certificate.verification=false", true),
    ])
    func whatTheNetworkSeesOfKafkaIsSaid(servers: String, properties: String, isWarned: Bool) throws {
        let file = try TemporaryFile(properties)
        var environment = ["KAFKA_BOOTSTRAP_SERVERS": servers, "ROCKETSMS_USERNAME": "u", "ROCKETSMS_PASSWORD": "p"]
        if !properties.isEmpty { environment["KAFKA_PROPERTIES_FILE"] = file.path }
        #expect(try loadConfiguration(environment, requiring: .run).warnings.count == (isWarned ? 1 : 0))
    }

    @Test func plaintextOnlyToThisMachineOrWhenAllowed() {
        #expect(configurationProblems(["ROCKETSMS_BASE_URL": "http://127.0.0.1:8081"]) == [])
        #expect(configurationProblems(["ROCKETSMS_BASE_URL": "http://example.com", "ROCKETSMS_ALLOW_PLAINTEXT": "true"]) == [])
        let found = configurationProblems(["ROCKETSMS_BASE_URL": "http://example.com"])
        #expect(found.count == 1)
        #expect(found.first?.contains("ROCKETSMS_ALLOW_PLAINTEXT") == true && found.first?.contains("example.com") == true)
    }

    @Test func theBaseURLEndsBeforeTheCallsBegin() {
        let found = configurationProblems(["ROCKETSMS_BASE_URL": "https://api.rocketsms.by/simple/"])
        #expect(found.count == 1)
        #expect(found.first?.hasSuffix("https://api.rocketsms.by.") == true)
    }

    @Test func onePasswordOnly() throws {
        let found = configurationProblems(["ROCKETSMS_PASSWORD": "hunter2", "ROCKETSMS_PASSWORD_MD5": String(repeating: "a", count: 32)])
        #expect(
            found == [
                "Only one of rocketsms.password (environment ROCKETSMS_PASSWORD) and rocketsms.passwordMd5 (environment ROCKETSMS_PASSWORD_MD5) may be set."
            ])
        #expect(configurationProblems(["ROCKETSMS_USERNAME": "a", "ROCKETSMS_USERNAME_FILE": "/x"]).count == 1)
        #expect(configurationProblems(["ROCKETSMS_PASSWORD": "a", "ROCKETSMS_PASSWORD_FILE": "/x"]).count == 1)
        #expect(configurationProblems(["ROCKETSMS_PASSWORD": "", "ROCKETSMS_PASSWORD_MD5": String(repeating: "a", count: 32)]) == [])
    }

    @Test func topicsAreDifferent() {
        for environment in [
            ["TOPICS_REQUESTS": "a,a"], ["TOPICS_REQUESTS": "a", "TOPICS_PRIORITY_REQUESTS": "a"], ["TOPICS_STATUS": "sms.requests"],
            ["TOPICS_STATUS": "x", "TOPICS_DEAD_LETTER": "x"], ["TOPICS_STATUS": "sms.requests.ledger"],
            ["TOPICS_REQUESTS": "a", "TOPICS_PRIORITY_REQUESTS": "a.ledger"],
        ] {
            let found = configurationProblems(environment)
            #expect(found.count == 1 && found.first?.contains("two purposes") == true, "\(environment)")
        }
        #expect(configurationProblems(["TOPICS_REQUESTS": String(repeating: "a", count: 245)]).first?.contains("longer than 249") == true)
        #expect(configurationProblems(["TOPICS_REQUESTS": String(repeating: "a", count: 242)]) == [])
    }

    @Test func backoffRises() {
        #expect(configurationProblems(["SEND_BACKOFF": "10m"]).first?.contains("send.backoffMax, 5m") == true)
        #expect(configurationProblems(["SEND_BACKOFF": "5m"]) == [])
    }

    @Test func anErrorCodeMeansOneThing() {
        #expect(configurationProblems(["ROCKETSMS_CREDIT_CODES": "WRONG_AUTH"]).count == 1)
        #expect(configurationProblems(["ROCKETSMS_CREDIT_CODES": "A,B", "ROCKETSMS_TRANSIENT_CODES": "B,C,A"]).count == 2)
    }

    @Test func drainAndCommitStayBelowThePollInterval() throws {
        #expect(configurationProblems(["SEND_DRAIN_LIMIT": "289s"]) == [])
        #expect(configurationProblems(["SEND_DRAIN_LIMIT": "290s"]).first?.contains("max.poll.interval.ms, 5m") == true)
        let file = try TemporaryFile("max.poll.interval.ms=30000\ntransaction.timeout.ms=20000\n")
        #expect(configurationProblems(["KAFKA_PROPERTIES_FILE": file.path, "SEND_DRAIN_LIMIT": "9s"]) == [])
        #expect(configurationProblems(["KAFKA_PROPERTIES_FILE": file.path, "SEND_DRAIN_LIMIT": "10s"]).count == 1)
        #expect(configurationProblems(["KAFKA_PROPERTIES_FILE": file.path]).count == 1)
    }

    /// The half session of a lease holds only with two heartbeats in the other half; and the loop, which ticks each second, must be able to
    /// tell a pause of a heartbeat from its own rhythm.
    @Test(arguments: [
        ("heartbeat.interval.ms=3750", true), ("heartbeat.interval.ms=3751", false), ("heartbeat.interval.ms=1500", true),
        ("heartbeat.interval.ms=1499", false), ("session.timeout.ms=12000\nheartbeat.interval.ms=3000", true),
        ("session.timeout.ms=11999\nheartbeat.interval.ms=3000", false), ("session.timeout.ms=6000", true),
        ("session.timeout.ms=5999", false), ("session.timeout.ms=60000\nheartbeat.interval.ms=15000", true),
        ("session.timeout.ms=10s", false), ("heartbeat.interval.ms=0", false),
    ])
    func fourHeartbeatsFitIntoASession(text: String, isAccepted: Bool) throws {
        let file = try TemporaryFile(text)
        let found = configurationProblems(["KAFKA_PROPERTIES_FILE": file.path])
        #expect(found.count == (isAccepted ? 0 : 1), "\(found)")
    }

    @Test func aHeartbeatThatIsTooSlowIsNamedWithItsRange() throws {
        let file = try TemporaryFile("session.timeout.ms=10000\nheartbeat.interval.ms=3000")
        let sentence = configurationProblems(["KAFKA_PROPERTIES_FILE": file.path]).first ?? ""
        for word in ["KAFKA_PROPERTIES_FILE", "heartbeat.interval.ms", "3000", "1500", "2500", "session.timeout.ms", "10000"] {
            #expect(sentence.contains(word), "\(word) is not in: \(sentence)")
        }
    }

    /// Quicker failover by one key: the heartbeat follows.
    @Test(arguments: [
        ("session.timeout.ms=6000", 1_500), ("session.timeout.ms=10000", 2_500), ("session.timeout.ms=60000", 3_000), ("", 3_000),
    ])
    func theHeartbeatFollowsAShorterSession(text: String, milliseconds: Int64) throws {
        let file = try TemporaryFile(text)
        let properties = try loadConfiguration(["KAFKA_PROPERTIES_FILE": file.path]).configuration.kafka.properties
        #expect(KafkaTimings(properties).heartbeat == .milliseconds(milliseconds))
        #expect(properties.forMembers(partitionCount: 8).last { $0.key == "heartbeat.interval.ms" }?.value == "\(milliseconds)")
    }

    /// Kafka's client opens these by itself, and would wait for whoever writes into a pipe.
    @Test(arguments: ["ssl.ca.location", "ssl.certificate.location", "ssl.key.location", "ssl.keystore.location", "ssl.crl.location"])
    func aPipeInThePlaceOfACertificateIsRefused(key: String) throws {
        let pipe = try TemporaryFile("")
        unlink(pipe.path)
        try #require(mkfifo(pipe.path, 0o600) == 0)
        let file = try TemporaryFile("\(key)=\(pipe.path)")
        let problems = configurationProblems(["KAFKA_PROPERTIES_FILE": file.path])
        #expect(problems.count == 1 && problems[0].contains(key) && problems[0].contains("pipe"))
    }

    /// A backlog on every partition is not held in memory many times over; who sets a bound has it.
    @Test(arguments: [
        ("", 1, "32768", "16384"), ("", 8, "4096", "2048"), ("", 500, "1024", "1024"), ("", 0, "32768", "16384"),
        ("queued.max.messages.kbytes=65536", 8, "65536", "2048"), ("queued.min.messages=500", 8, "4096", "500"),
    ])
    func whatIsFetchedAheadIsBounded(text: String, partitions: Int, kibibytes: String, records: String) throws {
        let file = try TemporaryFile(text)
        let properties = try loadConfiguration(["KAFKA_PROPERTIES_FILE": file.path]).configuration.kafka.properties
        let given = properties.forMembers(partitionCount: partitions)
        #expect(given.filter { $0.key == "queued.max.messages.kbytes" }.map(\.value) == [kibibytes])
        #expect(given.filter { $0.key == "queued.min.messages" }.map(\.value) == [records])
    }
}
