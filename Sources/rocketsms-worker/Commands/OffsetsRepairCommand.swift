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
            not touched.
            """,
        example: "offsets repair --from ledger --kafka-bootstrap-servers broker:9092",
        options: [.value("--from", "CHOICE", "ledger, earliest or latest."), .json])

    private let choice: RepairChoice
    private let printsJSON: Bool

    init(_ arguments: ParsedArguments) throws(UsageError) {
        let word = try arguments.required("--from")
        guard let choice = RepairChoice(rawValue: word) else {
            throw UsageError("--from is ledger, earliest or latest, not \(UsageError.excerpt(word)).")
        }
        self.choice = choice
        printsJSON = arguments.has("--json")
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let configuration = try context.load(requiring: .broker).configuration
        let findings = try await Blocking.run { [choice] in
            let cluster = try Cluster(configuration)
            var partitions: [TopicPartition] = []
            for topic in configuration.topics.allRequests {
                let count = try cluster.partitions(of: topic)
                partitions += (0..<Int32(clamping: count)).map { TopicPartition(topic: topic, partition: $0) }
            }
            do throws(KafkaError) { return try OffsetsRepair(configuration).run(choice, partitions) } catch {
                throw CommandFailure("The offsets could not be repaired", error)
            }
        }
        if printsJSON {
            try context.console.print(json: Self.json(findings))
        } else {
            for finding in findings { try context.console.print(line(finding)) }
            if findings.isEmpty { try context.console.print("No partition is closed: nothing was changed.") }
        }
        let isComplete = findings.allSatisfy { if case .repaired = $0.outcome { true } else { false } }
        return isComplete ? .done : .failed
    }

    private func line(_ finding: OffsetsRepair.Finding) -> String {
        switch finding.outcome {
        case .repaired(let offset): "\(finding.partition): goes on at \(offset) (\(choice.rawValue)); before, \(finding.reason)"
        case .refused(let why): "\(finding.partition): not repaired, \(finding.reason); \(why)"
        }
    }

    private static func json(_ findings: [OffsetsRepair.Finding]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
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
