import Testing
import Time

@testable import Kafka
@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite("The topic of receipts") struct ReceiptTopicTests {
    private var topics: WorkerConfiguration.Topics {
        var topics = WorkerConfiguration.Topics(
            requests: ["r"], priorityRequests: [], status: "s", deadLetter: "d", ledgerSuffix: ".ledger", autoCreate: false)
        topics.receipts = .init(name: "rc", horizon: .seconds(72 * 3_600))
        return topics
    }

    private func findings(partitions: Int, _ settings: [String: String]) -> [TopicFinding] {
        let all = ["r", "r.ledger", "s", "d"].map { ($0, 1) } + (partitions > 0 ? [("rc", partitions)] : [])
        let cluster = ClusterMetadata(
            brokers: 1,
            topics: Dictionary(uniqueKeysWithValues: all).mapValues { ClusterMetadata.Topic(partitions: $0, replicas: 1, error: nil) })
        return TopicInspection(topics: topics, cluster: cluster, settings: ["rc": settings]).findings.filter { $0.topic == "rc" }
    }

    @Test func isMadeAsItIsWanted() throws {
        let plan = TopicPlan(
            topics: topics, existing: ClusterMetadata(brokers: 1, topics: [:]), partitions: 8, replicationFactor: nil)
        let wanted = try #require(plan.wanted.last)
        #expect(wanted.name == "rc" && wanted.partitions == 1)
        let settings = Dictionary(uniqueKeysWithValues: wanted.configuration.map { ($0.key, $0.value) })
        #expect(settings == ["cleanup.policy": "delete", "retention.ms": "345600000", "message.timestamp.type": "LogAppendTime"])
        #expect(findings(partitions: 1, settings) == [])
        #expect(TopicInspection.names(topics) == ["r", "r.ledger", "s", "d", "rc"])
        let right = AccessPlan(topics: topics, groupID: "g").rights.first { $0.name == "rc" }
        #expect(right?.operations == [.read, .write])
    }

    @Test func whatIsWrongIsSaid() {
        #expect(findings(partitions: 0, [:]).map(\.severity) == [.blocking])
        #expect(findings(partitions: 2, [:]).map(\.setting) == ["partitions"])
        #expect(findings(partitions: 1, ["cleanup.policy": "compact"]).map(\.severity) == [.blocking])
        #expect(findings(partitions: 1, ["retention.ms": "345599999"]).map(\.severity) == [.advice])
        #expect(findings(partitions: 1, ["retention.ms": "-1"]) == [])
        #expect(findings(partitions: 1, ["message.timestamp.type": "CreateTime"]).map(\.severity) == [.advice])
    }
}
