internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `config print`
struct ConfigPrintCommand: Command {
    static let configuration = CommandConfiguration(
        name: "print", abstract: "Show the value of each key and where it comes from; secrets are stars.",
        example: "config print --config worker.json --json", options: [.json])

    private let printsJSON: Bool

    init(_ arguments: ParsedArguments) { printsJSON = arguments.has("--json") }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let report = ConfigurationReport(try context.load(requiring: []).settings)
        try context.console.writeOutput(printsJSON ? report.json : Array(report.text.utf8))
        return .done
    }
}
