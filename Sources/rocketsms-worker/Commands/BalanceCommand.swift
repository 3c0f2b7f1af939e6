internal import JSON
internal import Requests
internal import RocketSMS
internal import SMSPipeline

/// `balance`
struct BalanceCommand: Command {
    static let sections: [String]? = ["rocketsms"]
    static let configuration = CommandConfiguration(
        name: "balance", abstract: "Ask the provider for the account's credits.", example: "balance --json", options: [.json])

    private let printsJSON: Bool

    init(_ arguments: ParsedArguments) { printsJSON = arguments.has("--json") }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let call = try ProviderCall(context, printsJSON: printsJSON)
        defer { call.api.close() }
        let outcome = await call.api.balance()
        guard case .answered(let balance) = outcome else { return try call.failure(outcome) }
        let credits = balance.credits.map { String($0) }
        return try call.answer(["\(credits ?? "?") SMS parts, \(balance.money ?? "?") BYN"]) { writer in
            writer.beginObject()
            ProviderCall.literal(&writer, "credits", credits)
            ProviderCall.literal(&writer, "balance", balance.money)
            writer.endObject()
        }
    }
}
