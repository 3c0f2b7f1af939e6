internal import Requests
internal import SMSPipeline
internal import SMSWorker
internal import Time

/// `watch`
struct WatchCommand: Command {
    static let sections: [String]? = ["kafka", "topics"]
    static let configuration = CommandConfiguration(
        name: "watch", abstract: "Show status events as they are published, one a line.",
        discussion: """
            Only what is committed is shown. With --id it ends after that request's final event, else with Ctrl-C. --json prints \
            the events as they are. An event that was there before needs --from-beginning.
            """,
        example: "watch --id ord-77-otp --from-beginning",
        options: [
            .value("--id", "ID", "Only events of this request; ends after the final one."),
            .flag("--from-beginning", "Begin with the oldest event that the topic still has."), .json,
        ])

    private let id: String?
    private let fromBeginning: Bool
    private let printsJSON: Bool

    init(_ arguments: ParsedArguments) {
        id = arguments["--id"]
        fromBeginning = arguments.has("--from-beginning")
        printsJSON = arguments.has("--json")
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let configuration = try context.load(requiring: .broker).configuration
        let stop = StopFlag()
        let signals = Signals { stop.set() }
        defer { withExtendedLifetime(signals) {} }
        let console = context.console
        try await Blocking.run { try watch(Cluster(configuration), console, stop) }
        return .done
    }

    private func watch(_ cluster: Cluster, _ console: Console, _ stop: StopFlag) throws {
        var tail = try StatusTail(cluster, fromBeginning: fromBeginning)
        console.note("watching \(cluster.topics.status), \(tail.partitions) partitions; Ctrl-C ends")
        var shown = 0
        var finals = 0
        while !stop.isSet {
            guard let event = try tail.next(timeout: .milliseconds(100)), id == nil || event.requestID == id else { continue }
            if printsJSON { try console.print(json: EventLine.json(event)) } else { try console.print(EventLine.text(event)) }
            shown += 1
            if event.isFinal { finals += 1 }
            if event.isFinal, id != nil { break }
        }
        console.note("\(shown) events, \(finals) of them final")
    }
}
