internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `requests list`
struct RequestsListCommand: Command {
    static let sections: [String]? = ["kafka", "topics"]
    static let configuration = CommandConfiguration(
        name: "list", abstract: "List the requests that are open: their final event is not published.",
        discussion: """
            Read from the ledgers; works with and without running workers. Since when, the id, the record's place, the state, the \
            attempts; --json says more. Requests that no worker has read yet are not there. Exit 1: a ledger has a record that nobody can \
            read, and the answer may lack some.
            """,
        example: "requests list --state waiting --json",
        options: [.value("--state", "STATE", "Only those that are waiting, sending, tracking or held.")] + RequestPlaces.options + [.json])

    private let places: RequestPlaces
    private let state: LedgerEntry.State?
    private let printsJSON: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        places = try RequestPlaces(arguments)
        if let name = arguments["--state"] { state = try LedgerEntry.State.named(name) } else { state = nil }
        printsJSON = arguments.has("--json")
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let configuration = try context.load(requiring: .broker).configuration
        let states = state.map { [$0] } ?? LedgerEntry.State.open
        let answers = try await Blocking.run {
            let cluster = try Cluster(configuration)
            return try LedgerReader(cluster, context.console).ask(.open(states), of: places.partitions(in: cluster))
        }
        let stories = answers.requests.compactMap { request in
            request.answer.entry.map { RequestStory(id: String(decoding: $0.echo.id, as: UTF8.self), request) }
        }
        if printsJSON {
            try context.console.print(json: RequestStory.document(stories))
        } else {
            for story in stories { try context.console.print(story.line) }
            if stories.isEmpty { try context.console.print("No such request is open.") }
        }
        return answers.damaged == 0 ? .done : .findings
    }
}
