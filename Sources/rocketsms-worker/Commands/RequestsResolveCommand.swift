internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `requests resolve`
struct RequestsResolveCommand: Command {
    static let sections: [String]? = ["kafka", "topics"]
    static let configuration = CommandConfiguration(
        name: "resolve", abstract: "Say what became of a held request, or have it sent again.",
        discussion: """
            sent: it went out; with --message-id, the provider's id, it is tracked from there on. resend: send it, at the risk of a second \
            SMS; asks on a terminal, elsewhere --yes is needed. failed: it counts as failed. The command is written where the request is, and the event that confirms it is shown; exit 70 \
            where none came in time, or the request is not held.
            """,
        example: "requests resolve ord-77-otp --as sent --message-id 8767",
        arguments: [CommandArgument("ID", "The request's id.")],
        options: [
            .value("--as", "OUTCOME", "sent, resend or failed."),
            .value(
                "--message-id", "ID",
                "With --as sent: the provider's message id. Of a message in parts (SMPP) once for each unknown part, in their order, or as N=ID."
            ),
        ] + RequestOrderCall.options + [Consent.yes])

    private let call: RequestOrderCall

    init(_ arguments: ParsedArguments) throws(UsageError) {
        let messageIDs = arguments.all("--message-id")
        let word = try arguments.required("--as")
        let resolution: Requests.Command.Resolution
        switch word {
        case "sent": resolution = .sent(messageIDs: messageIDs)
        case "resend": resolution = .resend
        case "failed": resolution = .failed
        default: throw UsageError("--as is sent, resend or failed, not \(UsageError.excerpt(word)).")
        }
        if !messageIDs.isEmpty, word != "sent" { throw UsageError("--message-id belongs to --as sent.") }
        call = try RequestOrderCall(.resolve(resolution), arguments)
    }

    func run(_ context: CommandContext) async throws -> ExitStatus { try await call.run(context) }
}
