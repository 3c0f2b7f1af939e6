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

    init(_ arguments: ParsedArguments) throws(UsageError) {
        printsJSON = arguments.has("--json")
        name = arguments.positional[0]
        guard Sender.isAllowed(name) else { throw UsageError("NAME must be 1 to 11 Latin letters, digits, dots and hyphens.") }
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let call = try ProviderCall(context, printsJSON: printsJSON)
        defer { call.api.close() }
        switch await call.api.addSender(name) {
        case .done: break
        case .refused(let code, let kind): return try call.refused(code, kind)
        case .notSent(let reason, _):
            return try call.failed(.notSent, error: reason.description, outcome: "notSent", "Not asked for: \(reason.description).")
        case .unknown(let reason):
            return try call.failed(
                .unknown, error: reason.description, outcome: "unknown",
                "Nobody knows whether it was asked for: \(reason.description). See senders.")
        }
        return try call.answer(["\(name) was added; it can be used once it is checked and registered"]) { writer in
            writer.beginObject()
            writer.member("status", "OK")
            writer.endObject()
        }
    }
}
