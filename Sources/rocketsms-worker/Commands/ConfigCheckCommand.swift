internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `config check`
struct ConfigCheckCommand: Command {
    static let configuration = CommandConfiguration(
        name: "check", abstract: "Say whether `run` would take this configuration; nothing is asked of Kafka or the provider.",
        discussion: "The files that it names are read. What is wrong is said in one sentence each, with exit code 78, as `run` would.",
        example: "config check --config worker.json")

    init(_ arguments: ParsedArguments) {}

    func run(_ context: CommandContext) async throws -> ExitStatus {
        _ = try context.load(requiring: .run)
        try context.console.print("The configuration is good.")
        return .done
    }
}
