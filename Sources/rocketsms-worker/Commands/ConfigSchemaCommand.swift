internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `config schema`
struct ConfigSchemaCommand: Command {
    static let configuration = CommandConfiguration(
        name: "schema", abstract: "Print the JSON Schema of the configuration file, for editors and checks.", example: "config schema",
        takesConfiguration: false)

    init(_ arguments: ParsedArguments) {}

    func run(_ context: CommandContext) async throws -> ExitStatus {
        try context.console.writeOutput(ConfigurationSchema.json)
        return .done
    }
}
