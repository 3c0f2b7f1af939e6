internal import JSON
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `offsets repair`
struct OffsetsRepairCommand: Command {
    static let sections: [String]? = ["kafka", "topics"]
    static let configuration = CommandConfiguration(
        name: "repair", abstract: "Choose where partitions go on whose offsets and ledger do not belong together.",
        discussion: """
            Partitions whose offsets were lost while their ledger was not, or the other way round, stay closed until somebody chooses: \
            `ledger` goes on where the ledger says that reading had come to (an empty one: where the group's offset stands), and sends \
            nothing again; `earliest` reads all that the topic still has, and sends again what the dedup window no longer knows; `latest` \
            skips what has not been read. Works beside running workers, which go on by themselves within seconds. What is not closed is \
            not touched. --from earliest may send again, so it asks on a terminal; elsewhere --yes is needed.
            """,
        example: "offsets repair --from ledger --kafka-bootstrap-servers broker:9092",
        options: [.value("--from", "CHOICE", "ledger, earliest or latest."), Consent.dryRun, Consent.yes, .json])

    private let choice: RepairChoice
    private let consent: Consent
    private let printsJSON: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        let word = try arguments.required("--from")
        guard let choice = RepairChoice(rawValue: word) else {
            throw UsageError("--from is ledger, earliest or latest, not \(UsageError.excerpt(word)).")
        }
        self.choice = choice
        consent = Consent(arguments)
        printsJSON = arguments.has("--json")
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let configuration = try context.load(requiring: .broker).configuration
        let console = context.console
        if choice == .earliest { try consent.requireAnswer(console) }
        let findings = try await Blocking.run { try repair(Cluster(configuration), console) }
        if printsJSON {
            try context.console.print(json: json(findings))
        } else {
            for finding in findings { try context.console.print(line(finding)) }
            if findings.isEmpty { try context.console.print("No partition is closed: nothing was changed.") }
        }
        return findings.allSatisfy(Self.isRepaired) ? .done : .failed
    }

    private func repair(_ cluster: Cluster, _ console: Console) throws -> [OffsetsRepair.Finding] {
        var partitions: [TopicPartition] = []
        for topic in cluster.topics.allRequests {
            let count = try cluster.partitions(of: topic)
            partitions += (0..<Int32(clamping: count)).map { TopicPartition(topic: topic, partition: $0) }
        }
        let repair: OffsetsRepair
        let findings: [OffsetsRepair.Finding]
        do throws(KafkaError) {
            repair = try OffsetsRepair(cluster.configuration)
            findings = try repair.look(choice, partitions)
        } catch {
            throw CommandFailure("The offsets could not be repaired", error)
        }
        let count = findings.count(where: Self.isRepaired)
        guard count > 0, !consent.isDryRun else { return findings }
        if choice == .earliest {
            let question = "Read \(count) \(count == 1 ? "partition" : "partitions") again from the beginning? It may be SMS once more."
            try consent.ask(question, console, declined: CommandFailure(.failed, "Nothing was changed."))
        }
        do throws(KafkaError) { try repair.write(findings) } catch { throw CommandFailure("The offsets could not be repaired", error) }
        return findings
    }

    private static func isRepaired(_ finding: OffsetsRepair.Finding) -> Bool {
        if case .repaired = finding.outcome { true } else { false }
    }

    private func line(_ finding: OffsetsRepair.Finding) -> String {
        switch finding.outcome {
        case .repaired(let offset):
            "\(finding.partition): \(consent.isDryRun ? "would go on" : "goes on") at \(offset) (\(choice.rawValue)); before, \(finding.reason)"
        case .refused(let why): "\(finding.partition): not repaired, \(finding.reason); \(why)"
        }
    }

    private func json(_ findings: [OffsetsRepair.Finding]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("dryRun", consent.isDryRun)
        writer.key("partitions" as StaticString)
        writer.beginArray()
        for finding in findings {
            writer.beginObject()
            writer.member("topic", finding.partition.topic)
            writer.member("partition", Int(finding.partition.partition))
            writer.member("reason", finding.reason)
            switch finding.outcome {
            case .repaired(let offset): writer.member("offset", Int(offset))
            case .refused(let why): writer.member("refused", why)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
