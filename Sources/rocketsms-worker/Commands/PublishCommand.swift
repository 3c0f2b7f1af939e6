internal import Requests
internal import SMSPipeline
internal import SMSWorker
internal import Time

/// `publish`
struct PublishCommand: Command {
    static let sections: [String]? = ["kafka", "topics"]
    static let configuration = CommandConfiguration(
        name: "publish", abstract: "Put requests on a request topic and print where each one went.",
        discussion: """
            Every request is checked by the worker's own rules before it is published: what would become a dead letter is refused \
            here, exit 64. --file publishes one JSON object a line (- is standard input), as it reads it: a line that is refused \
            is named with its number and code, the others are published, and the exit code is 64 at the end. Running it again is \
            safe where every line has an id and a key: one SMS each. With --phone - and --text - neither is seen in the list of processes: \
            the first line of standard input is the phone, the rest the text. Exit 70: the topic did not take a record.
            """,
        example: "publish --phone 375291234567 --text 'Code 1234' --id ord-77-otp --key user-9 --metadata orderId=77",
        options: RequestFlags.options + [
            .value("--key", "KEY", "The record's key: order and dedup go by it, so take the recipient or the user. Default: none."),
            .value("--file", "PATH", "JSON lines instead of --phone and what belongs to it; - reads standard input."),
            .value("--key-field", "NAME", "With --file: the key is what each line has under this name."),
            .value("--topic", "TOPIC", "Default: the first of TOPICS_REQUESTS."), Consent.dryRun, .json,
        ])

    private let arguments: ParsedArguments

    init(_ arguments: ParsedArguments) throws(UsageError) {
        self.arguments = arguments
        if arguments["--file"] == nil {
            guard arguments["--phone"] != nil else { throw UsageError("Give --phone, or --file.") }
            guard (arguments["--text"] == nil) != (arguments["--template"] == nil) else {
                throw UsageError("Give either --text or --template.")
            }
            if arguments["--key-field"] != nil { throw UsageError("--key-field belongs to --file.") }
            _ = try RequestFlags.metadata(arguments)
        } else {
            for option in RequestFlags.options
            where option.kind == .flag ? arguments.has(option.name) : !arguments.all(option.name).isEmpty {
                throw UsageError("\(option.name) does not go with --file.")
            }
            if arguments["--key"] != nil, arguments["--key-field"] != nil {
                throw UsageError("Give either --key or --key-field.")
            }
        }
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let configuration = try context.load(requiring: .broker).configuration
        guard let topic = arguments["--topic"] ?? configuration.topics.requests.first else { throw UsageError("--topic is missing.") }
        let isPriorityTopic = configuration.topics.priorityRequests.contains(topic)
        let console = context.console
        if let path = arguments["--file"] {
            return try await Blocking.run {
                try publishFile(path, to: topic, isPriorityTopic: isPriorityTopic, on: Cluster(configuration), console)
            }
        }
        let request: CheckedRequest
        do {
            request = try CheckedRequest(
                value: RequestFlags.json(arguments, MessageInput(arguments, console)), key: arguments["--key"].map { Array($0.utf8) },
                topic: topic,
                isPriorityTopic: isPriorityTopic)
        } catch let reason as DeadLetterReason {
            throw UsageError("\(reason.code): \(reason.message).")
        }
        return try await Blocking.run {
            var publisher = try publisher(topic, on: Cluster(configuration), console)
            try publisher.publish(request, line: nil)
            try publisher.finish()
            if let failure = publisher.failure { throw failure }
            return .done
        }
    }

    private func publisher(_ topic: String, on cluster: Cluster, _ console: Console) throws -> RequestPublisher {
        _ = try cluster.partitions(of: topic)
        return try RequestPublisher(
            cluster, topic: topic, console: console, printsJSON: arguments.has("--json"), isDryRun: Consent(arguments).isDryRun)
    }

    private func publishFile(_ path: String, to topic: String, isPriorityTopic: Bool, on cluster: Cluster, _ console: Console) throws
        -> ExitStatus
    {
        var lines = try LineReader(path: path)
        var publisher = try publisher(topic, on: cluster, console)
        var number = 0
        var refused = 0
        while publisher.failure == nil {
            // Whoever writes into the pipe may take his time: what is acknowledged meanwhile is told.
            while !lines.isReady, publisher.hasPending { try publisher.collect(timeout: .milliseconds(20)) }
            guard let line = try lines.next() else { break }
            number += 1
            do {
                guard let request = try request(line, topic: topic, isPriorityTopic: isPriorityTopic) else { continue }
                try publisher.publish(request, line: number)
            } catch let reason as DeadLetterReason {
                refused += 1
                console.endProgress()
                console.note("line \(number): \(reason.code): \(reason.message)")
            }
            if number % 1_000 == 0 { console.progress("\(number) lines, \(publisher.published) published") }
        }
        try publisher.finish()
        console.endProgress()
        let rest = refused == 0 ? "" : ", \(refused) refused"
        if refused > 0 || console.isErrorTerminal || publisher.failure != nil {
            console.note("\(publisher.published) \(Consent(arguments).isDryRun ? "would be published" : "published") to \(topic)\(rest)")
        }
        if let failure = publisher.failure { throw failure }
        return refused == 0 ? .done : .usage
    }

    /// - Returns: nil for a line of nothing but white space.
    private func request(_ line: LineReader.Line, topic: String, isPriorityTopic: Bool) throws(DeadLetterReason) -> CheckedRequest? {
        guard case .whole(let bytes) = line else {
            throw DeadLetterReason(.notJSON, "the line is longer than \(LineReader.limit >> 20) MiB")
        }
        if bytes.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { return nil }
        var key = arguments["--key"].map { Array($0.utf8) }
        if let field = arguments["--key-field"] {
            // What is no JSON says so by itself.
            let request = try CheckedRequest(value: bytes, key: nil, topic: topic, isPriorityTopic: isPriorityTopic)
            key = CheckedRequest.field(field, of: request.value)
            if key == nil { throw DeadLetterReason(.badKey, "it has no string under the name of --key-field") }
        }
        return try CheckedRequest(value: bytes, key: key, topic: topic, isPriorityTopic: isPriorityTopic)
    }
}
