internal import JSON
internal import Requests
internal import RocketSMS
internal import SMSPipeline

/// `senders add`
struct SendersAddCommand: Command {
    static let sections: [String]? = ["rocketsms"]
    static let configuration = CommandConfiguration(
        name: "add", abstract: "Ask the provider to admit a sender name; it is moderated afterwards.", example: "senders add MyShop",
        arguments: [CommandArgument("NAME", "1 to 11 Latin letters, digits, dots, hyphens.")], options: [.json])

    private let printsJSON: Bool
    private let name: String

    init(_ arguments: ParsedArguments) {
        printsJSON = arguments.has("--json")
        name = arguments.positional[0]
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let call = try ProviderCall(context, printsJSON: printsJSON)
        defer { call.api.close() }
        let outcome = await call.api.addSender(name)
        guard case .answered = outcome else { return try call.failure(outcome) }
        return try call.answer(["\(name) was added; it can be used once it is checked and registered"]) { writer in
            writer.beginObject()
            writer.member("status", "OK")
            writer.endObject()
        }
    }
}
