internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `acls plan`
struct AclsPlanCommand: Command {
    static let sections: [String]? = ["kafka", "topics"]
    static let configuration = CommandConfiguration(
        name: "plan", abstract: "Write down the rights that `run` needs here, for whoever may give them; asks no broker.",
        discussion: """
            Each is needed: without any one of them the worker does not start, or does not become ready. The other commands need more: \
            `topics create` Create, `publish` Write on the request topics, `watch` and `audit` Read on what they read.
            Strimzi before 0.49 calls the version kafka.strimzi.io/v1beta2.
            """,
        example: "acls plan --principal User:sms --format kafka-cli --command-config admin.properties",
        options: [
            PlanFormat.option,
            .value("--principal", "PRINCIPAL", "Who the worker is to Kafka. Default: User:rocketsms-worker."),
            .flag("--describe-configs", "Also the right to ask for the topics' settings: `topics check` needs it, `run` warns without."),
            PlanFormat.commandConfig, PlanFormat.cluster,
        ])

    private let format: PlanFormat
    private let principal: String
    private let asksForSettings: Bool
    private let commandConfig: String?
    private let cluster: String

    init(_ arguments: ParsedArguments) throws(UsageError) {
        format = try PlanFormat(arguments)
        principal = arguments["--principal"] ?? "User:rocketsms-worker"
        guard principal.hasPrefix("User:"), principal.utf8.count > 5 else {
            throw UsageError("--principal: \"\(UsageError.excerpt(principal))\" is not of the form User:NAME.")
        }
        asksForSettings = arguments.has("--describe-configs")
        commandConfig = arguments["--command-config"]
        cluster = arguments["--cluster"] ?? "kafka"
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let configuration = try context.load(requiring: format == .kafkaCLI ? .broker : []).configuration
        let plan = AccessPlan(
            topics: configuration.topics, groupID: configuration.kafka.groupID, asksForSettings: asksForSettings)
        let manifest = AccessManifest(rights: plan.rights, principal: principal)
        switch format {
        case .json: try context.console.print(json: manifest.json())
        case .strimzi:
            let mechanism = configuration.kafka.properties["sasl.mechanism"] ?? configuration.kafka.properties["sasl.mechanisms"]
            let authentication: AccessManifest.Authentication = mechanism?.hasPrefix("SCRAM") == true ? .scram : .tls
            for line in manifest.strimzi(cluster: cluster, authentication: authentication) { try context.console.print(line) }
        case .kafkaCLI:
            for line in manifest.commands(bootstrapServers: configuration.kafka.bootstrapServers, commandConfig: commandConfig) {
                try context.console.print(line)
            }
        }
        return .done
    }
}
