internal import Requests
internal import SMSPipeline

/// `requests cancel`
struct RequestsCancelCommand: Command {
    static let sections: [String]? = ["kafka", "topics"]
    static let configuration = CommandConfiguration(
        name: "cancel", abstract: "Cancel a request that waits to be sent.",
        discussion: """
            Only what was never attempted can be cancelled: with SEND_SCHEDULE=worker that is until its sendAt. The command is written where \
            the request is, and the event that confirms it is shown; exit 70 where none came in time, or it is too late.
            """,
        example: "requests cancel ord-77-otp",
        arguments: [CommandArgument("ID", "The request's id.")], options: RequestOrderCall.options)

    private let call: RequestOrderCall

    init(_ arguments: ParsedArguments) throws(UsageError) { call = try RequestOrderCall(.cancel, arguments) }

    func run(_ context: CommandContext) async throws -> ExitStatus { try await call.run(context) }
}
