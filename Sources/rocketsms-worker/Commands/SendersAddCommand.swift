internal import JSON
internal import Requests
internal import RocketSMS
internal import SMSPipeline

/// `senders add`
struct SendersAddCommand: Command {
    static let sections: [String]? = ["rocketsms"]
    static let configuration = CommandConfiguration(
        name: "add", abstract: "Ask the provider to admit a sender name; it is moderated afterwards.", example: "senders add MyShop",
        arguments: [CommandArgument("NAME", "1 to 11 Latin letters, digits, dots, hyphens.")], options: [Consent.dryRun, .json])

    private let printsJSON: Bool
    private let isDryRun: Bool
    private let name: String

    init(_ arguments: ParsedArguments) throws(UsageError) {
        printsJSON = arguments.has("--json")
        isDryRun = Consent(arguments).isDryRun
        name = arguments.positional[0]
        guard Sender.isAllowed(name) else { throw UsageError("NAME must be 1 to 11 Latin letters, digits, dots and hyphens.") }
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let call = try ProviderCall(context, printsJSON: printsJSON)
        defer { call.api.close() }
        if isDryRun { return try await wouldAdd(call) }
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

    /// The list alone is asked for.
    private func wouldAdd(_ call: ProviderCall) async throws -> ExitStatus {
        let outcome = await call.api.senders()
        guard case .answered(let senders) = outcome else { return try call.failure(outcome) }
        let isThere = senders.contains { $0.name == name }
        return try call.answer([isThere ? "\(name) is on the account already" : "would be asked for: \(name)"]) { writer in
            writer.beginObject()
            writer.member("dryRun", true)
            writer.member("exists", isThere)
            writer.endObject()
        }
    }
}
