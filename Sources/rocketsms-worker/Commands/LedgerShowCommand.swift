internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `ledger show`
struct LedgerShowCommand: Command {
    static let sections: [String]? = ["kafka", "topics"]
    static let configuration = CommandConfiguration(
        name: "show", abstract: "Show what the ledger knows of one request.",
        discussion: """
            Its state, times, attempts, the provider's ids and last status. No phone, text, key or metadata. Works with and without \
            running workers. What was published of it shows `watch --id ID --from-beginning`. Exit 1: no ledger has it, because no worker \
            has read it yet, or it ended longer ago than the dedup window; or a ledger has a record that nobody can read.
            """,
        example: "ledger show ord-77-otp", arguments: [CommandArgument("ID", "The request's id.")],
        options: RequestPlaces.options + [.json])

    private let id: String
    private let places: RequestPlaces
    private let printsJSON: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        id = arguments.positional[0]
        places = try RequestPlaces(arguments)
        printsJSON = arguments.has("--json")
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let configuration = try context.load(requiring: .broker).configuration
        let answers = try await Blocking.run {
            let cluster = try Cluster(configuration)
            return try LedgerReader(cluster, context.console).ask(.request(id: Array(id.utf8)), of: places.partitions(in: cluster))
        }
        let stories = answers.requests.map { RequestStory(id: id, $0) }
        if printsJSON {
            try context.console.print(json: RequestStory.document(stories))
        } else {
            for line in stories.flatMap(\.lines) { try context.console.print(line) }
        }
        if stories.isEmpty {
            context.console.note(
                "No ledger has a request \(UsageError.excerpt(id)): it was not read yet, or it is closed longer than the dedup window.")
        }
        return stories.isEmpty || answers.damaged > 0 ? .findings : .done
    }
}
