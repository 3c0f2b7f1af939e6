internal import Requests
internal import SMSPipeline

/// `requests forget`
struct RequestsForgetCommand: Command {
    static let sections: [String]? = ["kafka", "topics"]
    static let configuration = CommandConfiguration(
        name: "forget", abstract: "Let the ledger forget a request that has ended.",
        discussion: """
            The worker that owns the request writes its tombstone: from then on a record with this id is a new request, and is sent. Only \
            a request whose final event is published is forgotten; an open one is not. It does not reach the request's own record, its \
            status events and dead letters, which stay as long as their topics keep them, nor the provider; and the ledger's own log has \
            the id, as a key, until Kafka has cleaned it. Exit 70 where no tombstone came in time, or the request is open.
            """,
        example: "requests forget ord-77-otp",
        arguments: [CommandArgument("ID", "The request's id.")],
        options: RequestOrderCall.options)

    private let call: RequestOrderCall

    init(_ arguments: ParsedArguments) throws(UsageError) { call = try RequestOrderCall(.forget, arguments) }

    func run(_ context: CommandContext) async throws -> ExitStatus { try await call.run(context) }
}
