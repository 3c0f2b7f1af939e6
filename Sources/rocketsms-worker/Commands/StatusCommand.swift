internal import JSON
internal import Requests
internal import RocketSMS
internal import SMSPipeline

/// `status`
struct StatusCommand: Command {
    static let sections: [String]? = ["rocketsms"]
    static let configuration = CommandConfiguration(
        name: "status", abstract: "Ask the provider for the status of a message.", example: "status 8767",
        arguments: [CommandArgument("ID", "The provider's message id.")], options: [.json])

    private let printsJSON: Bool
    private let id: String

    init(_ arguments: ParsedArguments) throws(UsageError) {
        printsJSON = arguments.has("--json")
        id = arguments.positional[0]
        guard !id.isEmpty, id.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { throw UsageError("ID must be a whole number.") }
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let call = try ProviderCall(context, printsJSON: printsJSON)
        defer { call.api.close() }
        let outcome = await call.api.status(id: id)
        guard case .answered(let status) = outcome else { return try call.failure(outcome) }
        return try call.answer([status]) { writer in
            writer.beginObject()
            writer.member("id", id)
            writer.member("status", status)
            writer.endObject()
        }
    }
}
