internal import JSON
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `version`
struct VersionCommand: Command {
    static let configuration = CommandConfiguration(
        name: "version", abstract: "Print the versions of this program and of the Kafka client library that it is linked with.",
        example: "version --json", options: [.json], takesConfiguration: false)

    private let printsJSON: Bool

    init(_ arguments: ParsedArguments) { printsJSON = arguments.has("--json") }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        if printsJSON {
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("version", WorkerVersion.string)
            writer.member("librdkafka", LibrdkafkaVersion.string)
            writer.endObject()
            try context.console.print(json: writer.bytes)
        } else {
            try context.console.print("rocketsms-worker \(WorkerVersion.string)")
            try context.console.print("librdkafka \(LibrdkafkaVersion.string)")
        }
        return .done
    }
}
