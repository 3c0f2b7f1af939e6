internal import JSON
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `topics check`
struct TopicsCheckCommand: Command {
    static let sections: [String]? = ["kafka", "topics"]
    static let configuration = CommandConfiguration(
        name: "check", abstract: "Say what of the topics differs from what the worker needs.",
        discussion: "Ends with 1 where there is something to say: \"blocking\" is what `run` refuses to start with.",
        example: "topics check --kafka-bootstrap-servers broker:9092 --json", options: [.json])

    private let printsJSON: Bool

    init(_ arguments: ParsedArguments) { printsJSON = arguments.has("--json") }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let configuration = try context.load(requiring: .broker).configuration
        let findings = try await Blocking.run {
            let cluster = try Cluster(configuration)
            let settings = (try? cluster.settings()) ?? [:]
            return TopicInspection(topics: configuration.topics, cluster: cluster.metadata, settings: settings).findings
        }
        if printsJSON {
            try context.console.print(json: Self.json(findings))
        } else {
            for finding in findings { try context.console.print("\(finding.severity.rawValue): \(finding.sentence)") }
            if findings.isEmpty { try context.console.print("The topics are as the worker needs them.") }
        }
        return findings.isEmpty ? .done : .findings
    }

    private static func json(_ findings: [TopicFinding]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("findings" as StaticString)
        writer.beginArray()
        for finding in findings {
            writer.beginObject()
            writer.member("topic", finding.topic)
            writer.member("severity", finding.severity.rawValue)
            if let setting = finding.setting { writer.member("setting", setting) }
            if let found = finding.found { writer.member("found", found) }
            if let wanted = finding.wanted { writer.member("wanted", wanted) }
            writer.member("message", finding.sentence)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
