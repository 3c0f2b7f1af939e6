internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `topics plan`
struct TopicsPlanCommand: Command {
    static let sections: [String]? = ["kafka", "topics"]
    static let configuration = CommandConfiguration(
        name: "plan", abstract: "Write down the topics of this configuration, for whoever may make them; asks no broker.",
        discussion: "`topics create` makes the same ones itself. Strimzi before 0.49 calls the version kafka.strimzi.io/v1beta2.",
        example: "topics plan --format strimzi --partitions 16",
        options: [
            PlanFormat.option, .value("--partitions", "NUMBER", "Of each topic. Default: 8."),
            .value("--replication-factor", "NUMBER", "Of each topic. Default: 3."), PlanFormat.commandConfig, PlanFormat.cluster,
        ])

    private let format: PlanFormat
    private let partitions: Int
    private let replicationFactor: Int
    private let commandConfig: String?
    private let cluster: String

    init(_ arguments: ParsedArguments) throws(UsageError) {
        format = try PlanFormat(arguments)
        partitions = try arguments.integer("--partitions", in: 1...10_000) ?? 8
        replicationFactor = try arguments.integer("--replication-factor", in: 1...100) ?? 3
        commandConfig = arguments["--command-config"]
        cluster = arguments["--cluster"] ?? "kafka"
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let configuration = try context.load(requiring: format == .kafkaCLI ? .broker : []).configuration
        let plan = TopicPlan(
            topics: configuration.topics, existing: .unknown, partitions: partitions, replicationFactor: replicationFactor)
        let manifest = TopicManifest(topics: plan.wanted)
        switch format {
        case .json: try context.console.print(json: manifest.json())
        case .strimzi: for line in manifest.strimzi(cluster: cluster) { try context.console.print(line) }
        case .kafkaCLI:
            for line in manifest.commands(bootstrapServers: configuration.kafka.bootstrapServers, commandConfig: commandConfig) {
                try context.console.print(line)
            }
        }
        return .done
    }
}
