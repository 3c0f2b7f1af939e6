internal import JSON
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `topics create`
struct TopicsCreateCommand: Command {
    static let sections: [String]? = ["kafka", "topics"]
    static let configuration = CommandConfiguration(
        name: "create", abstract: "Make the topics that are missing, and grow a ledger that has fewer partitions than its requests.",
        discussion:
            "What exists already keeps its settings: `topics check` says what differs. To grow a request topic, grow its ledger first.",
        example: "topics create --kafka-bootstrap-servers broker:9092 --partitions 16",
        options: [
            .value("--partitions", "NUMBER", "Of new topics; a ledger has as many as its request topic. Default: 8."),
            .value("--replication-factor", "NUMBER", "Of new topics. Default: 3 where there are three brokers, else 1."),
            .value("--retention-requests", "DURATION", "How long new request topics keep phones and texts. Default: 72h."),
            .value("--retention-status", "DURATION", "How long a new status topic keeps events. Default: 168h."),
            .value("--retention-dead-letters", "DURATION", "How long a new dead-letter topic keeps its records. Default: 336h."),
            Consent.dryRun,
            .json,
        ])

    private let partitions: Int
    private let replicationFactor: Int?
    private let retention: TopicRetention
    private let isDryRun: Bool
    private let printsJSON: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        partitions = try arguments.integer("--partitions", in: 1...10_000) ?? 8
        replicationFactor = try arguments.integer("--replication-factor", in: 1...100)
        let standard = TopicRetention.standard
        // A year, or what an unread topic can do without.
        func time(_ option: String, _ standard: Duration) throws(UsageError) -> Duration {
            guard let time = try arguments.duration(option, upTo: .seconds(366 * 86_400)) else { return standard }
            guard time >= .seconds(3_600) else { throw UsageError("\(option): less than an hour loses what was not read yet.") }
            return time
        }
        retention = TopicRetention(
            requests: try time("--retention-requests", standard.requests), status: try time("--retention-status", standard.status),
            deadLetters: try time("--retention-dead-letters", standard.deadLetters))
        isDryRun = Consent(arguments).isDryRun
        printsJSON = arguments.has("--json")
    }

    private struct Outcome: Sendable {
        let plan: TopicPlan
        let created: [String]
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let configuration = try context.load(requiring: .broker).configuration
        let outcome = try await Blocking.run { try make(configuration) }
        if printsJSON {
            try context.console.print(json: json(outcome))
        } else {
            for line in lines(outcome) { try context.console.print(line) }
        }
        return .done
    }

    private func make(_ configuration: WorkerConfiguration) throws -> Outcome {
        let cluster = try Cluster(configuration)
        // Without the right to ask, the ledgers get room for requests of Kafka's default size.
        let settings = (try? cluster.settings()) ?? [:]
        let plan = TopicPlan(
            topics: configuration.topics, existing: cluster.metadata, settings: settings, partitions: partitions, retention: retention,
            replicationFactor: replicationFactor)
        if isDryRun { return Outcome(plan: plan, created: plan.missing.map(\.name)) }
        do throws(KafkaError) {
            for growth in plan.growths {
                try cluster.admin.createPartitions(topic: growth.name, total: growth.total, timeout: Cluster.timeout)
            }
            let created = plan.missing.isEmpty ? [] : try cluster.admin.createTopics(plan.missing, timeout: Cluster.timeout)
            return Outcome(plan: plan, created: created)
        } catch {
            throw CommandFailure("The topics could not all be made", error)
        }
    }

    private func lines(_ outcome: Outcome) -> [String] {
        let created = Set(outcome.created)
        let grown = outcome.plan.growths.map {
            "\($0.name): \(isDryRun ? "would be grown" : "grown") from \($0.from) to \($0.total) partitions"
        }
        let topics = outcome.plan.wanted.filter { topic in !outcome.plan.growths.contains { $0.name == topic.name } }.map { topic in
            created.contains(topic.name)
                ? "\(topic.name): \(isDryRun ? "would be made" : "made") with \(topic.partitions) partitions, replication factor \(topic.replicationFactor)"
                : "\(topic.name): exists"
        }
        return grown + topics
    }

    private func json(_ outcome: Outcome) -> [UInt8] {
        let created = Set(outcome.created)
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("dryRun", isDryRun)
        writer.key("created" as StaticString)
        writer.beginArray()
        for topic in outcome.plan.wanted where created.contains(topic.name) {
            writer.beginObject()
            writer.member("topic", topic.name)
            writer.member("partitions", topic.partitions)
            writer.member("replicationFactor", topic.replicationFactor)
            writer.endObject()
        }
        writer.endArray()
        writer.key("grown" as StaticString)
        writer.beginArray()
        for growth in outcome.plan.growths {
            writer.beginObject()
            writer.member("topic", growth.name)
            writer.member("from", growth.from)
            writer.member("partitions", growth.total)
            writer.endObject()
        }
        writer.endArray()
        writer.key("existing" as StaticString)
        writer.beginArray()
        for topic in outcome.plan.wanted where !created.contains(topic.name) { writer.string(topic.name) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
