import CLibrdkafka
import Testing

@testable import Kafka
@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct KafkaCheckTests {
    private static let names = ["sms.requests", "sms.requests.ledger", "sms.status", "sms.dead-letter"]

    private func configuration(_ more: [String: String] = [:], servers: String = "127.0.0.1:9092") throws -> WorkerConfiguration {
        try loadConfiguration(["KAFKA_BOOTSTRAP_SERVERS": servers].merging(more) { $1 }).configuration
    }

    private func facts(
        topics: [String: ClusterMetadata.Topic]? = nil, settings: [String: [String: String]]? = nil, trials: [KafkaFacts.Trial] = []
    ) -> Result<KafkaFacts, KafkaError> {
        let all = Dictionary(uniqueKeysWithValues: Self.names.map { ($0, ClusterMetadata.Topic(partitions: 2, replicas: 1, error: nil)) })
        let told = Dictionary(
            uniqueKeysWithValues: Self.names.map { ($0, [TopicSetting.cleanupPolicy: $0.hasSuffix(".ledger") ? "compact" : "delete"]) })
        return .success(
            KafkaFacts(cluster: ClusterMetadata(brokers: 1, topics: topics ?? all), settings: settings ?? told, trials: trials))
    }

    private func lines(_ answer: Result<KafkaFacts, KafkaError>, _ more: [String: String] = [:], servers: String = "127.0.0.1:9092") throws
        -> [CheckLine]
    {
        KafkaCheck(try configuration(more, servers: servers), answer).lines
    }

    private func results(_ lines: [CheckLine]) -> [String] { lines.map { "\($0.subject.rawValue) \($0.result.rawValue)" } }

    @Test func whereAllIsWellEachHasALine() throws {
        let lines = try lines(facts(trials: [.init("Read on the group g", .granted), .init("Write on x", .untried)]))
        try #require(results(lines) == ["broker ok", "tls ok", "rights ok", "rights unasked", "topics ok"])
        #expect(lines[0].sentence == "1 broker, by way of 127.0.0.1:9092" && lines[3].sentence == "by a write alone shows: Write on x")
    }

    @Test func aBrokerThatIsAwayLeavesTheRestUnasked() throws {
        let lines = try lines(
            .failure(KafkaError(RD_KAFKA_RESP_ERR__TRANSPORT, "Connect to ipv4#127.0.0.1:9092 failed: Connection refused")))
        try #require(results(lines) == ["broker finding", "tls unasked", "rights unasked", "topics unasked"])
        #expect(
            lines[0].sentence.contains("no broker answered at 127.0.0.1:9092")
                && lines[0].remedy?.contains("KAFKA_BOOTSTRAP_SERVERS") == true)
    }

    @Test(arguments: [
        "the certificate of b:9092 is of no authority that is trusted here (ssl.ca.location)",
        "Disconnected while requesting ApiVersion: might be caused by incorrect security.protocol configuration (connecting to a SSL listener?)",
    ])
    func whatIsWrongWithTLSIsItsOwnLine(message: String) throws {
        let lines = try lines(.failure(KafkaError(RD_KAFKA_RESP_ERR__TRANSPORT, message)))
        try #require(results(lines) == ["broker finding", "tls finding", "rights unasked", "topics unasked"])
        #expect(lines[1].sentence.contains(message) && lines[1].remedy?.contains("ssl.ca.location") == true)
    }

    @Test func refusedCredentialsAreTheBrokersLine() throws {
        let lines = try lines(.failure(KafkaError(RD_KAFKA_RESP_ERR__AUTHENTICATION, "SASL authentication error")))
        try #require(results(lines) == ["broker finding", "tls ok", "rights unasked", "topics unasked"])
        #expect(lines[0].remedy?.contains("sasl.password") == true)
    }

    @Test func aWayWithoutTLSToAnotherMachineIsAFinding() throws {
        let lines = try lines(facts(), servers: "broker:9092")
        #expect(results(lines).contains("tls finding"))
        #expect(lines.first { $0.subject == .tls }?.sentence.hasSuffix("in KAFKA_PROPERTIES_FILE") == true)
    }

    @Test func aMissingRightIsNamedOnce() throws {
        let refused = KafkaError(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
        let hidden = ClusterMetadata.Topic(partitions: 0, replicas: 0, error: refused)
        var topics = Dictionary(
            uniqueKeysWithValues: Self.names.map { ($0, ClusterMetadata.Topic(partitions: 2, replicas: 1, error: nil)) })
        topics["sms.status"] = hidden
        let lines = try lines(facts(topics: topics, trials: [.init("Write on the topic sms.status", .failed(refused))]))
        try #require(results(lines) == ["broker ok", "tls ok", "rights finding", "topics ok"])
        #expect(lines[2].sentence.hasPrefix("Write on the topic sms.status is missing: TOPIC_AUTHORIZATION_FAILED"))
        #expect(lines[2].remedy?.contains("acls plan") == true)
    }

    @Test func aRightThatCouldNotBeTriedIsAFindingOfItsOwn() throws {
        let lines = try lines(facts(trials: [.init("Read on the group g", .failed(KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT)))]))
        #expect(lines[2].result == .finding && lines[2].sentence.hasPrefix("Read on the group g could not be tried: _TIMED_OUT"))
    }

    @Test func whatIsWrongWithATopicComesWithItsRemedy() throws {
        var answer = try facts(settings: [
            "sms.requests": [:], "sms.requests.ledger": [TopicSetting.cleanupPolicy: "delete"], "sms.status": [:], "sms.dead-letter": [:],
        ]).get()
        var lines = try lines(.success(answer)).filter { $0.subject == .topics }
        try #require(lines.map(\.result) == [.finding])
        #expect(lines[0].remedy == "kafka-configs --alter --topic sms.requests.ledger --add-config cleanup.policy=compact")
        answer = KafkaFacts(cluster: ClusterMetadata(brokers: 1, topics: [:]), settings: [:], trials: [])
        lines = try self.lines(.success(answer)).filter { $0.subject == .topics }
        #expect(lines.count == 4 && lines.allSatisfy { $0.result == .finding && $0.sentence.contains("topics create") })
        lines = try self.lines(.success(answer), ["TOPICS_AUTO_CREATE": "true"]).filter { $0.subject == .topics }
        #expect(lines.count == 4 && lines.allSatisfy { $0.result == .good && $0.sentence.contains("`run` makes it") })
    }

    @Test func settingsThatMayNotBeAskedAreNoFinding() throws {
        let lines = try lines(facts(settings: [:])).filter { $0.subject == .topics }
        #expect(!lines.isEmpty && lines.allSatisfy { $0.result == .unasked && $0.remedy?.contains("--describe-configs") == true })
    }
}
