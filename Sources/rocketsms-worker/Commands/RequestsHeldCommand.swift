internal import JSON
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `requests held`
struct RequestsHeldCommand: Command {
    static let sections: [String]? = ["kafka", "topics"]
    static let configuration = CommandConfiguration(
        name: "held", abstract: "List the requests that wait for an operator, because nobody knows what became of their attempt.",
        discussion:
            "Read from the ledgers; works with and without running workers. Since when, the id, the record's place, the attempts. Exit 1: a ledger has a record that nobody can read, and the answer may lack some.",
        example: "requests held --json", options: RequestPlaces.options + [.json])

    private let places: RequestPlaces
    private let printsJSON: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        places = try RequestPlaces(arguments)
        printsJSON = arguments.has("--json")
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let configuration = try context.load(requiring: .broker).configuration
        let answers = try await Blocking.run {
            let cluster = try Cluster(configuration)
            return try LedgerReader(cluster, context.console).ask(.open([.held]), of: places.partitions(in: cluster))
        }
        let held = answers.requests
        if printsJSON {
            try context.console.print(json: Self.json(held))
        } else {
            for request in held { try context.console.print(Self.line(request)) }
            if held.isEmpty { try context.console.print("No request is held.") }
        }
        return answers.damaged == 0 ? .done : .findings
    }

    private static func line(_ request: FoundRequest) -> String {
        let id = Printable.text(String(decoding: request.answer.entry?.echo.id ?? [], as: UTF8.self))
        let attempts = request.answer.entry?.attempt ?? 0
        let parts = request.answer.entry?.submission.map { "  parts \(partWords($0))" } ?? ""
        return "\(RFC3339.string(request.answer.writtenAt))  \(id)  \(request.position.text)  attempts \(attempts)\(parts)"
    }

    /// Of a message in parts: what is known of each, in their order.
    private static func partWords(_ submission: Submission) -> String {
        submission.parts.enumerated().map { "\($0 + 1) \(word($1.state))" }.joined(separator: ", ")
    }

    private static func word(_ state: Submission.Part.State) -> String {
        switch state {
        case .unsent: "unsent"
        case .unknown: "unknown"
        case .accepted: "accepted"
        case .refused: "refused"
        case .presumed: "presumed"
        }
    }

    private static func json(_ held: [FoundRequest]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("held" as StaticString)
        writer.beginArray()
        for request in held {
            guard let entry = request.answer.entry else { continue }
            writer.beginObject()
            writer.member("id", String(decoding: entry.echo.id, as: UTF8.self))
            writer.member("topic", request.place.topic)
            writer.member("partition", request.place.partition)
            writer.member("offset", request.answer.offset)
            writer.member("since", RFC3339.string(request.answer.writtenAt))
            writer.member("attempts", entry.attempt)
            if let submission = entry.submission { write(submission, to: &writer) }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private static func write(_ submission: Submission, to writer: inout JSONWriter) {
        writer.key("parts" as StaticString)
        writer.beginArray()
        for (index, part) in submission.parts.enumerated() {
            writer.beginObject()
            writer.member("number", index + 1)
            writer.member("state", word(part.state))
            if !part.id.isEmpty { writer.member("messageId", part.id) }
            writer.endObject()
        }
        writer.endArray()
    }
}
