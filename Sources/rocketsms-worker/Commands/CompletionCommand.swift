internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `completion`
struct CompletionCommand: Command {
    static let configuration = CommandConfiguration(
        name: "completion", abstract: "Print a script with which bash, zsh or fish completes commands and flags.",
        example: "completion bash", arguments: [CommandArgument("SHELL", "bash, zsh or fish.")], takesConfiguration: false)

    private let shell: CompletionScript

    init(_ arguments: ParsedArguments) throws(UsageError) {
        guard let shell = CompletionScript(rawValue: arguments.positional[0]) else {
            throw UsageError("\"\(UsageError.excerpt(arguments.positional[0]))\" is none of bash, zsh, fish.")
        }
        self.shell = shell
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        try context.console.writeOutput(Array(shell.text(for: .program).utf8))
        return .done
    }
}
