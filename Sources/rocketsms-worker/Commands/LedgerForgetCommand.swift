internal import JSON
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `ledger forget`
struct LedgerForgetCommand: Command {
    static let sections: [String]? = ["kafka", "topics"]
    static let configuration = CommandConfiguration(
        name: "forget", abstract: "Take a record that nobody can read out of a ledger, so that its partition opens again.",
        discussion: """
            A damaged record, one that no worker wrote, or the record of another group keeps its partition closed; `/readyz` and the log name its offset. It is named \
            by its KEY, the request's id, or by --offset in the ledger's partition. What a worker of this group can read is never taken out. If it was a \
            request, it ends without an event, and a repeat of its id is a new one: look first whether its SMS went out. Works beside \
            running workers, which go on by themselves within a minute. \
            The record of another group is taken out with --offset and --other-group, where no worker of that group will come back: else \
            both send the same requests. `offsets repair` says then where to go on. Asks on a terminal; elsewhere --yes is needed.
            """,
        example: "ledger forget ord-77-otp --topic sms.requests --partition 3",
        arguments: [CommandArgument("KEY", "The record's key; not with --offset.")], areArgumentsOptional: true,
        options: [.value("--offset", "NUMBER", "The record's offset in the ledger's partition, with --topic and --partition.")]
            + [.flag("--other-group", "Take out another group's record of how far it has read.")] + RequestPlaces.options
            + [Consent.dryRun, Consent.yes, .json])

    private let subject: LedgerForget.Subject
    private let places: RequestPlaces
    private let takesOtherGroups: Bool
    private let consent: Consent
    private let printsJSON: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        let offset = try arguments.integer("--offset", in: 0...Int.max - 1)
        switch (arguments.positional.first, offset) {
        case (let key?, nil): subject = .key(Array(key.utf8))
        case (nil, let offset?):
            guard arguments["--partition"] != nil else { throw UsageError("--offset wants --partition.") }
            subject = .offset(Int64(offset))
        default: throw UsageError("Give either KEY or --offset.")
        }
        places = try RequestPlaces(arguments)
        takesOtherGroups = arguments.has("--other-group")
        consent = Consent(arguments)
        printsJSON = arguments.has("--json")
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let configuration = try context.load(requiring: .broker).configuration
        let console = context.console
        try consent.requireAnswer(console)
        return try await Blocking.run { try run(Cluster(configuration), console) }
    }

    private func run(_ cluster: Cluster, _ console: Console) throws -> ExitStatus {
        let all: [LedgerForget.Finding]
        let forget: LedgerForget
        do throws(KafkaError) {
            forget = try LedgerForget(cluster.configuration)
        } catch {
            throw CommandFailure(.configuration, "\(error.message).")
        }
        let partitions = try places.partitions(in: cluster)
        do throws(KafkaError) { all = try forget.look(partitions) } catch {
            throw CommandFailure("The ledgers cannot be read", error)
        }
        let meant = all.filter { subject.means($0.damage) }
        for finding in meant {
            if let objection = Self.objection(finding, takesOtherGroups: takesOtherGroups) { throw CommandFailure(.failed, objection) }
        }
        guard !meant.isEmpty else {
            throw CommandFailure(
                .failed, "No ledger is closed for such a record\(all.isEmpty ? "" : "; damaged are \(HelpText.list(all.map(Self.place)))")."
            )
        }
        if !consent.isDryRun {
            let question = "Take \(HelpText.list(meant.map(Self.place))) out for good?"
            try consent.ask(question, console, declined: CommandFailure(.failed, "Nothing was changed."))
            do throws(KafkaError) { try forget.forget(meant) } catch { throw CommandFailure("The ledger did not take it", error) }
        }
        if printsJSON { try console.print(json: json(meant)) }
        if !printsJSON {
            for finding in meant { try console.print("\(consent.isDryRun ? "would take out" : "taken out"): \(Self.place(finding))") }
        }
        return .done
    }

    /// Why a record is not taken out, in a sentence.
    static func objection(_ finding: LedgerForget.Finding, takesOtherGroups: Bool) -> String? {
        switch finding.damage.error {
        case .malformed: return nil
        case .unknownVersion: return "\(finding.partition): \(finding.damage.error): use that worker."
        case .otherGroup:
            guard !takesOtherGroups else { return nil }
            return "\(place(finding)) is \(finding.damage.error): where no worker of that group will come back, --other-group takes it out."
        }
    }

    private static func place(_ finding: LedgerForget.Finding) -> String {
        "offset \(finding.damage.offset) of the ledger of \(finding.partition)"
    }

    private func json(_ findings: [LedgerForget.Finding]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("dryRun", consent.isDryRun)
        writer.key("records" as StaticString)
        writer.beginArray()
        for finding in findings {
            writer.beginObject()
            writer.member("topic", finding.partition.topic)
            writer.member("partition", finding.partition.partition)
            writer.member("offset", finding.damage.offset)
            writer.member("key", String(decoding: finding.damage.key, as: UTF8.self))
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
