import Testing

@testable import Kafka
@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct TopicPlanTests {
    private let topics = WorkerConfiguration.Topics(
        requests: ["r"], priorityRequests: ["p"], status: "s", deadLetter: "d", ledgerSuffix: ".ledger", autoCreate: false)

    private func cluster(_ brokers: Int = 1, _ partitions: [String: Int] = [:], replicas: Int = 1) -> ClusterMetadata {
        ClusterMetadata(
            brokers: brokers, topics: partitions.mapValues { ClusterMetadata.Topic(partitions: $0, replicas: replicas, error: nil) })
    }

    private func plan(_ cluster: ClusterMetadata, _ settings: [String: [String: String]] = [:], factor: Int? = nil) -> TopicPlan {
        TopicPlan(topics: topics, existing: cluster, settings: settings, partitions: 8, replicationFactor: factor)
    }

    private func settings(_ plan: TopicPlan, _ name: String) -> [String: String] {
        Dictionary(uniqueKeysWithValues: plan.wanted.first { $0.name == name }?.configuration.map { ($0.key, $0.value) } ?? [])
    }

    @Test func makesEverythingALedgerBeforeItsRequests() {
        let plan = plan(cluster())
        #expect(plan.missing.map(\.name) == ["r.ledger", "r", "p.ledger", "p", "s", "d"])
        #expect(plan.missing.allSatisfy { $0.partitions == 8 && $0.replicationFactor == 1 })
        #expect(
            settings(plan, "r.ledger") == [
                "cleanup.policy": "compact", "segment.bytes": "67108864", "segment.ms": "600000", "min.cleanable.dirty.ratio": "0.1",
                "max.compaction.lag.ms": "3600000", "max.message.bytes": "1114124",
            ])
        #expect(settings(plan, "r") == ["cleanup.policy": "delete", "retention.ms": "259200000", "compression.type": "lz4"])
        #expect(settings(plan, "s") == ["cleanup.policy": "delete", "retention.ms": "604800000"])
        #expect(settings(plan, "d") == ["cleanup.policy": "delete", "retention.ms": "1209600000", "max.message.bytes": "1114124"])
    }

    @Test func threeBrokersKeepThreeReplicas() {
        let plan = plan(cluster(3))
        #expect(plan.missing.allSatisfy { $0.replicationFactor == 3 })
        #expect(plan.missing.allSatisfy { $0.configuration.contains { $0 == ("min.insync.replicas", "2") } })
        #expect(self.plan(cluster(3), factor: 1).missing.allSatisfy { $0.replicationFactor == 1 })
        #expect(self.plan(cluster(2)).missing.allSatisfy { $0.replicationFactor == 1 })
    }

    @Test func aLedgerFollowsItsRequests() {
        let plan = plan(cluster(1, ["r": 12, "p": 4, "p.ledger": 2]), ["r": ["max.message.bytes": "2000000"]])
        #expect(plan.missing.map(\.name) == ["r.ledger", "s", "d"])
        #expect(plan.missing.first?.partitions == 12)
        #expect(settings(plan, "r.ledger")["max.message.bytes"] == "2065536")
        #expect(settings(plan, "d")["max.message.bytes"] == "2065536")
        #expect(plan.growths == [TopicPlan.Growth(name: "p.ledger", from: 2, total: 4)])
    }

    @Test func whatTheClusterHasIsLeftAlone() {
        let plan = plan(cluster(1, ["r": 1, "r.ledger": 9, "p": 1, "p.ledger": 1, "s": 1, "d": 1]))
        #expect(plan.missing.isEmpty)
        #expect(plan.growths.isEmpty)
    }

    // MARK: Inspection

    private static let ledger = [
        "cleanup.policy": "compact", "segment.bytes": "67108864", "segment.ms": "600000", "min.cleanable.dirty.ratio": "0.1",
        "max.compaction.lag.ms": "3600000", "max.message.bytes": "1114124",
    ]
    private static let good: [String: [String: String]] = [
        "r": ["cleanup.policy": "delete"], "p": ["cleanup.policy": "delete"], "s": ["cleanup.policy": "delete"],
        "r.ledger": ledger, "p.ledger": ledger, "d": ["max.message.bytes": "1114124"],
    ]
    private static let all = ["r": 2, "r.ledger": 2, "p": 1, "p.ledger": 1, "s": 1, "d": 1]

    private func findings(_ cluster: ClusterMetadata? = nil, _ change: (inout [String: [String: String]]) -> Void = { _ in })
        -> [TopicFinding]
    {
        var settings = Self.good
        change(&settings)
        return TopicInspection(topics: topics, cluster: cluster ?? self.cluster(1, Self.all), settings: settings).findings
    }

    @Test func nothingIsSaidOfGoodTopics() {
        #expect(findings() == [])
        #expect(findings(cluster(3, Self.all, replicas: 3)) { for name in Self.all.keys { $0[name]?["min.insync.replicas"] = "2" } } == [])
        let planned = plan(cluster(3))
        let made = ClusterMetadata(
            brokers: 3,
            topics: Dictionary(
                uniqueKeysWithValues: planned.missing.map {
                    ($0.name, ClusterMetadata.Topic(partitions: $0.partitions, replicas: $0.replicationFactor, error: nil))
                }))
        let settings = Dictionary(uniqueKeysWithValues: planned.missing.map { ($0.name, self.settings(planned, $0.name)) })
        #expect(TopicInspection(topics: topics, cluster: made, settings: settings).findings == [])
    }

    @Test(arguments: ["r", "r.ledger", "s", "d"])
    func aMissingTopicBlocks(_ name: String) {
        let found = findings(cluster(1, Self.all.filter { $0.key != name }))
        #expect(found.map(\.severity) == [.blocking])
        #expect(found.first?.topic == name)
        #expect(found.first?.sentence.contains("does not exist") == true)
    }

    @Test(arguments: ["delete", "compact,delete", "delete,compact", ""])
    func aLedgerIsExactlyCompact(_ policy: String) {
        let found = findings { $0["r.ledger"]?["cleanup.policy"] = policy }
        #expect(found.map(\.severity) == [.blocking])
        #expect(found.first?.found == policy)
    }

    /// A record without a key makes each transaction fail there.
    @Test(arguments: ["r", "p", "s", "d"])
    func recordsUnderAnOrderingKeyAreNotCompacted(_ name: String) {
        #expect(findings { $0[name]?["cleanup.policy"] = "compact,delete" }.map(\.severity) == [.blocking])
        #expect(findings { $0[name]?["cleanup.policy"] = "compact" }.first?.topic == name)
    }

    @Test func aLedgerHasNoFewerPartitions() {
        let found = findings(cluster(1, Self.all.merging(["r": 3]) { $1 }))
        #expect(found.map(\.severity) == [.blocking])
        #expect(found.first?.setting == "partitions")
        #expect(found.first.map { [$0.found, $0.wanted] } == ["2", "3"])
        #expect(findings(cluster(1, Self.all.merging(["r.ledger": 9]) { $1 })) == [])
    }

    @Test func whatMayNotBeAskedIsSaid() {
        #expect(
            TopicInspection(topics: topics, cluster: cluster(1, Self.all), settings: [:]).findings.map(\.severity)
                == [.unasked, .unasked, .unasked, .unasked])
    }

    @Test(arguments: [
        ("r.ledger", "segment.bytes", "1073741824"), ("r.ledger", "segment.ms", "604800000"),
        ("r.ledger", "min.cleanable.dirty.ratio", "0.5"),
        ("r.ledger", "max.compaction.lag.ms", "9223372036854775807"), ("r.ledger", "max.message.bytes", "1048588"),
        ("d", "max.message.bytes", "1048588"), ("r", "retention.ms", "604800000"), ("s", "retention.ms", "-1"),
        ("d", "retention.ms", "1209600001"), ("r", "retention.ms", "3600000"), ("r", "compression.type", "producer"),
        ("s", "unclean.leader.election.enable", "true"),
    ])
    func otherSettingsAreAdvice(_ name: String, _ key: String, _ value: String) {
        let found = findings { $0[name]?[key] = value }
        #expect(found.map(\.severity) == [.advice])
        #expect(found.first?.topic == name)
        #expect(found.first?.setting == key)
        #expect(found.first?.sentence.contains(name) == true)
    }

    /// A record that a topic refuses makes the same transaction fail for ever.
    @Test(arguments: ["r.ledger", "p.ledger", "s", "d"]) func aTopicThatCannotTakeWhatBelongsToOneRequestBlocks(_ name: String) {
        let found = findings { $0[name]?["max.message.bytes"] = "24575" }.filter { $0.severity == .blocking }
        #expect(found.map(\.topic) == [name])
        #expect(found.first?.sentence.contains("24576") == true)
        #expect(!findings { $0[name]?["max.message.bytes"] = "24576" }.contains { $0.severity == .blocking })
    }

    @Test func tooFewReplicasAreAdviceWhereThereCouldBeMore() {
        #expect(findings(cluster(3, Self.all, replicas: 1)).count == 6)
        #expect(findings(cluster(2, Self.all, replicas: 1)) == [])
        let thin = findings(cluster(3, Self.all, replicas: 3)) { for name in Self.all.keys { $0[name]?["min.insync.replicas"] = "1" } }
        #expect(thin.count == 6)
        #expect(thin.allSatisfy { $0.setting == "min.insync.replicas" && $0.severity == .advice })
        let brittle = findings(cluster(3, Self.all, replicas: 3)) { $0["s"]?["min.insync.replicas"] = "3" }
        #expect(brittle.first?.sentence.contains("writing stops") == true)
    }

    @Test func theSmallestLimitCounts() {
        let inspection = TopicInspection(
            topics: topics, cluster: cluster(1, Self.all), settings: ["r.ledger": ["max.message.bytes": "5000"]])
        #expect(inspection.limits == ProducerLimits(message: 5000, batch: 5000))
        let status = TopicInspection(topics: topics, cluster: cluster(1, Self.all), settings: ["s": ["max.message.bytes": "65536"]])
        #expect(status.limits == ProducerLimits(message: 1_048_588, batch: 65_536), "a dead letter does not go to the status topic")
        #expect(inspection.partitionCount == 3)
    }

    /// A total that lacks a topic would give every worker too large a share of the fleet's limit.
    @Test func partitionsAreCountedOfAllTopicsOrNotAtAll() {
        #expect(cluster(1, ["r": 16, "p": 2, "s": 4]).partitionCount(of: ["r", "p"]) == 18)
        #expect(cluster(1, ["r": 16]).partitionCount(of: ["r", "p"]) == nil)
        let hidden = ClusterMetadata.Topic(partitions: 0, replicas: 0, error: nil)
        #expect(ClusterMetadata(brokers: 1, topics: ["r": hidden]).partitionCount(of: ["r"]) == nil)
    }
}
