internal import JSON
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `dead-letters list`
struct DeadLettersListCommand: Command {
    static let sections: [String]? = ["kafka", "topics"]
    static let configuration = CommandConfiguration(
        name: "list", abstract: "List the records that could not become a request, one a line.",
        discussion:
            "When, the code, its place and its record's, the request's id where one could be read, the reason. Never what is in them.",
        example: "dead-letters list --code BAD_PHONE --json", options: DeadLetterChoice.options + [.json])

    private let choice: DeadLetterChoice
    private let printsJSON: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        choice = try DeadLetterChoice(arguments)
        printsJSON = arguments.has("--json")
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let configuration = try context.load(requiring: .broker).configuration
        let choice = choice
        let letters = try await Blocking.run { try choice.read(Cluster(configuration)) }
        for letter in letters {
            guard printsJSON else {
                try context.console.print(letter.line)
                continue
            }
            var writer = JSONWriter()
            writer.beginObject()
            letter.write(to: &writer)
            writer.endObject()
            try context.console.print(json: writer.bytes)
        }
        if letters.isEmpty { context.console.note("There is no such dead letter.") }
        if letters.count == choice.limit { context.console.note("There may be more: --limit \(choice.limit) is reached.") }
        return .done
    }
}
