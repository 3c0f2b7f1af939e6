internal import JSON
internal import Requests
internal import RocketSMS
internal import SMSPipeline

/// `senders`
struct SendersListCommand: Command {
    static let sections: [String]? = ["rocketsms"]
    static let configuration = CommandConfiguration(
        name: "senders", abstract: "List the account's sender names; a name is used when it is checked and registered.", example: "senders",
        options: [.json])

    private let printsJSON: Bool

    init(_ arguments: ParsedArguments) { printsJSON = arguments.has("--json") }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let call = try ProviderCall(context, printsJSON: printsJSON)
        defer { call.api.close() }
        let outcome = await call.api.senders()
        guard case .answered(let senders) = outcome else { return try call.failure(outcome) }
        let lines = senders.map { sender in
            let state =
                sender.isChecked && sender.isRegistered ? "usable" : sender.isChecked ? "checked, not registered" : "not checked yet"
            return "\(sender.name): \(state)"
        }
        return try call.answer(lines.isEmpty ? ["no sender names"] : lines) { writer in
            writer.beginArray()
            for sender in senders {
                writer.beginObject()
                writer.member("sender", sender.name)
                writer.member("verified", sender.isVerified)
                writer.member("checked", sender.isChecked)
                writer.member("registered", sender.isRegistered)
                writer.endObject()
            }
            writer.endArray()
        }
    }
}
