internal import EventLoop
internal import JSON
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker
internal import Time

/// Finds the partition of a request, writes a command there, and waits for the event that confirms it. Blocks.
struct RequestOrderCall: Sendable {
    static let options =
        RequestPlaces.options + [
            .value("--wait", "DURATION", "How long to wait for what confirms it; 0s: not at all. Default: 10s."), Consent.dryRun, .json,
        ]

    private let id: String
    private let order: RequestOrder
    private let value: [UInt8]
    private let places: RequestPlaces
    private let wait: Duration
    private let consent: Consent
    private let printsJSON: Bool

    init(_ order: RequestOrder, _ arguments: ParsedArguments) throws(UsageError) {
        id = arguments.positional[0]
        self.order = order
        places = try RequestPlaces(arguments)
        wait = try arguments.duration("--wait", upTo: .seconds(3_600)) ?? .seconds(10)
        consent = Consent(arguments)
        printsJSON = arguments.has("--json")
        value = order.value(id: id)
        // The worker's own rules: what it would not understand is not written. Its place is the one that made the id, if one did.
        let place = RecordPosition(generatedID: id) ?? RecordPosition(topic: "requests", partition: 0, offset: 0)
        let decoded = value.withUnsafeBytes {
            RequestDecoder.decode(
                key: nil, value: $0, headers: RequestHeaders(), at: place, timestamp: 0, isPriorityTopic: false)
        }
        if case .deadLetter(let reason) = decoded { throw UsageError("\(reason.code): \(reason.message).") }
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let configuration = try context.load(requiring: .broker).configuration
        let console = context.console
        if order.maySend { try consent.requireAnswer(console) }
        return try await Blocking.run { try run(Cluster(configuration), console) }
    }

    private func run(_ cluster: Cluster, _ console: Console) throws -> ExitStatus {
        let ledgers = try LedgerReader(cluster, console)
        let found = try ledgers.ask(.request(id: Array(id.utf8)), of: places.partitions(in: cluster)).requests
        let request = try Self.choose(found, for: order, id: id)
        if consent.isDryRun { return try wouldWrite(to: request, console) }
        if order.maySend {
            let question = "Send \(Printable.text(UsageError.excerpt(id))) again? It may be a second SMS."
            try consent.ask(question, console, declined: CommandFailure(.failed, "Nothing was changed."))
        }
        guard order.hasEvent else { return try forget(request, ledgers, cluster, console) }
        // Before the command is written: its event may come at once.
        var tail = try StatusTail(cluster, fromBeginning: false)
        let place = try write(to: request, in: cluster)
        let deadline = MonotonicInstant.now + wait
        while MonotonicInstant.now < deadline {
            guard let event = try tail.next(timeout: min(.milliseconds(100), deadline - .now)), event.position == request.position,
                event.requestID == id
            else { continue }
            try print(place, event, console)
            if order.verdict(event, sendsFirst: request.hasUnsentParts) == .confirmed { return .done }
            throw CommandFailure(.failed, "The request went another way before the command was read.")
        }
        try print(place, nil, console)
        if wait == .zero { return .done }
        throw CommandFailure(
            .failed, "No event confirmed it within \(ConfigurationDuration.text(wait)): \(order.patience).")
    }

    /// Nobody publishes anything of a request that has ended: the ledger itself is looked at.
    private func forget(_ request: FoundRequest, _ ledgers: LedgerReader, _ cluster: Cluster, _ console: Console) throws -> ExitStatus {
        // Before the command is written: the tombstone may come at once.
        let end = try ledgers.end(of: request.place)
        let place = try write(to: request, in: cluster)
        let isForgotten =
            try wait > .zero && ledgers.hasTombstone(of: Array(id.utf8), in: request.place, from: end, until: .now + wait)
        if !printsJSON { console.note(isForgotten ? "It is forgotten." : "The command is written.") }
        console.note(
            "Not reached: the request's record on \(request.place.topic), its status events and dead letters, and the provider; the ledger's log has the id until Kafka has cleaned it."
        )
        try printed(place, request, isForgotten: isForgotten, console)
        if isForgotten || wait == .zero { return .done }
        throw CommandFailure(.failed, "No tombstone confirmed it within \(ConfigurationDuration.text(wait)): \(order.patience).")
    }

    private func wouldWrite(to request: FoundRequest, _ console: Console) throws -> ExitStatus {
        if !printsJSON {
            try console.print("would be \(order.participle): the request at offset \(request.answer.offset) of \(request.place)")
        }
        try printed(nil, request, isForgotten: order.hasEvent ? nil : false, console)
        return .done
    }

    /// - Parameter isForgotten: nil: that is not what was ordered.
    private func printed(_ report: DeliveryReport?, _ request: FoundRequest, isForgotten: Bool?, _ console: Console) throws {
        guard printsJSON else { return }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("id", id)
        writer.member("topic", request.place.topic)
        writer.member("partition", request.place.partition)
        if let offset = report?.offset, offset >= 0 { writer.member("offset", offset) }
        writer.member("dryRun", consent.isDryRun)
        if let isForgotten { writer.member("forgotten", isForgotten) }
        writer.endObject()
        try console.print(json: writer.bytes)
    }

    /// - Throws: `UsageError` where several partitions have such a request, `CommandFailure` where none has.
    static func choose(_ found: [FoundRequest], for order: RequestOrder, id: String) throws -> FoundRequest {
        let shown = Printable.text(UsageError.excerpt(id))
        let fitting = found.filter { order.refusal(of: $0.answer.entry) == nil }
        if fitting.count > 1 {
            throw UsageError(
                "\(shown) is in \(HelpText.list(fitting.map(\.place.description))): choose with --topic and --partition.")
        }
        if let request = fitting.first { return request }
        guard let first = found.first, let refusal = order.refusal(of: first.answer.entry) else {
            throw CommandFailure(
                .failed, "No ledger has a request \(shown): it was not read yet, or it is closed longer than the dedup window.")
        }
        throw CommandFailure(.failed, "\(shown) in \(first.place): \(refusal).")
    }

    /// - Returns: the command's place.
    private func write(to request: FoundRequest, in cluster: Cluster) throws -> DeliveryReport {
        let kafka = cluster.configuration.kafka
        do throws(KafkaError) {
            let producer = try Producer(
                bootstrapServers: kafka.bootstrapServers,
                properties: [(key: "message.timeout.ms", value: "30000")] + kafka.properties.forProducers)
            try Self.produce(producer, request, value)
            while true {
                guard let report = producer.takeReports(timeout: .milliseconds(100)).first else { continue }
                if let error = report.error { throw error }
                return report
            }
        } catch {
            throw CommandFailure("The topic \(request.place.topic) refused the command", error)
        }
    }

    /// With the request's key, or none: it is the partition that counts, and it is given.
    private static func produce(_ producer: Producer, _ request: FoundRequest, _ value: [UInt8]) throws(KafkaError) {
        let key = request.answer.entry?.echo.key
        let failure: KafkaError? = value.withUnsafeBytes { value in
            (key ?? []).withUnsafeBytes { bytes in
                do throws(KafkaError) {
                    try producer.produce(
                        topic: request.place.topic, partition: request.place.partition, key: key == nil ? nil : bytes, value: value, tag: 1)
                    return nil
                } catch {
                    return error
                }
            }
        }
        if let failure { throw failure }
    }

    private func print(_ report: DeliveryReport, _ event: PublishedEvent?, _ console: Console) throws {
        guard printsJSON else {
            if let event { try console.print(EventLine.text(event)) } else { console.note("The command is written.") }
            return
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("id", id)
        writer.member("partition", report.partition)
        if let offset = report.offset, offset >= 0 { writer.member("offset", offset) }
        if let event {
            writer.key("event" as StaticString)
            writer.value(event.json)
        }
        writer.endObject()
        try console.print(json: writer.bytes)
    }
}
