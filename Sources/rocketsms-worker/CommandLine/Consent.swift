internal import Requests
internal import SMSPipeline

/// Whether a command may do what it was called for: `--dry-run` only says what that would be, and what may cost an SMS or loses something
/// asks on a terminal and wants `--yes` elsewhere.
struct Consent: Equatable, Sendable {
    static let dryRun = CommandOption.flag("--dry-run", "Only say what would be done.")
    static let yes = CommandOption.flag("--yes", "Do not ask.")

    let isDryRun: Bool
    private let isGiven: Bool

    init(_ arguments: ParsedArguments) {
        isDryRun = arguments.has(Self.dryRun.name)
        isGiven = arguments.has(Self.yes.name)
    }

    /// Before anything is asked of anybody: whether somebody will be there to be asked.
    func requireAnswer(_ console: Console) throws(UsageError) {
        guard isDryRun || isGiven || console.isInputTerminal else { throw UsageError("Not on a terminal: --yes is needed.") }
    }

    /// - Parameter declined: what the command ends with where the answer is no.
    func ask(_ question: String, _ console: Console, declined: CommandFailure) throws(CommandFailure) {
        guard isGiven || console.confirms(question) else { throw declined }
    }
}
