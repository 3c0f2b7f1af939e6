internal import Requests
internal import SMSPipeline

/// `completion`
struct CompletionCommand: Command {
    static let configuration = CommandConfiguration(
        name: "completion", abstract: "Print a script that lets a shell complete commands and flags.",
        discussion: "The packages install it. In a shell: `source <(rocketsms-worker completion bash)`.",
        example: "completion bash", arguments: [CommandArgument("SHELL", "bash, zsh or fish.")], takesConfiguration: false)

    private let shell: CompletionScript.Shell

    init(_ arguments: ParsedArguments) throws(UsageError) {
        let word = arguments.positional.first ?? ""
        guard let shell = CompletionScript.Shell(rawValue: word) else {
            let known = HelpText.list(CompletionScript.Shell.allCases.map(\.rawValue))
            throw UsageError("SHELL: \"\(UsageError.excerpt(word))\" is none of \(known).")
        }
        self.shell = shell
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        for line in CompletionScript(.program).lines(for: shell) { try context.console.print(line) }
        return .done
    }
}
