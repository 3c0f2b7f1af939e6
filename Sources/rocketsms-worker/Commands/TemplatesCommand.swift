internal import JSON
internal import Requests
internal import RocketSMS
internal import SMSPipeline

/// `templates`
struct TemplatesCommand: Command {
    static let sections: [String]? = ["rocketsms"]
    static let configuration = CommandConfiguration(
        name: "templates", abstract: "List the account's message templates.", example: "templates --json", options: [.json])

    private let printsJSON: Bool

    init(_ arguments: ParsedArguments) { printsJSON = arguments.has("--json") }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let call = try ProviderCall(context, printsJSON: printsJSON)
        defer { call.api.close() }
        let outcome = await call.api.templates()
        guard case .answered(let templates) = outcome else { return try call.failure(outcome) }
        return try call.answer(templates.isEmpty ? ["no templates"] : templates.map { "\($0.id): \($0.text)" }) { writer in
            writer.beginArray()
            for template in templates {
                writer.beginObject()
                writer.member("tpl_id", template.id)
                writer.member("text", template.text)
                writer.endObject()
            }
            writer.endArray()
        }
    }
}
