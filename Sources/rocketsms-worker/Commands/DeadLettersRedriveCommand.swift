internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// `dead-letters redrive`
struct DeadLettersRedriveCommand: Command {
    static let sections: [String]? = ["kafka", "topics"]
    static let configuration = CommandConfiguration(
        name: "redrive", abstract: "Publish dead letters again that would be requests now: after a new version, or another configuration.",
        discussion: """
            Each goes back unchanged to the partition that it came from. Refused are those that would be dead letters again, that were too \
            large to be kept whole, and those whose id a ledger knows: they were sent, or will be. A second redrive is safe within the \
            dedup window: the same ids. Say which with --code, --id or --partition, or all with --all. Asks on a terminal; elsewhere \
            --yes is needed. Exit 1: some were refused.
            """,
        example: "dead-letters redrive --code BAD_SENDER --dry-run",
        options: DeadLetterChoice.options + [
            .flag("--all", "All that there are, up to --limit."), Consent.dryRun, Consent.yes, .json,
        ])

    private let call: RedriveCall

    init(_ arguments: ParsedArguments) throws(UsageError) {
        let choice = try DeadLetterChoice(arguments)
        guard choice.isNarrow != arguments.has("--all") else { throw UsageError("Say which: --code, --id or --partition; or --all.") }
        call = RedriveCall(choice: choice, consent: Consent(arguments), printsJSON: arguments.has("--json"))
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let configuration = try context.load(requiring: .broker).configuration
        let (call, console) = (call, context.console)
        try call.consent.requireAnswer(console)
        return try await Blocking.run { try call.run(Cluster(configuration), console) }
    }
}
