/// One command of the program: a table of what it takes, made from the words that it was given, and run.
protocol Command: Sendable {
    /// What the parser and `--help` go by.
    static var configuration: CommandConfiguration { get }

    init(_ arguments: ParsedArguments) throws(UsageError)

    /// - Throws: `CommandFailure`, `ConfigurationError`, `UsageError`, `ConsoleError`; all become a sentence and an exit code.
    func run(_ context: CommandContext) async throws -> ExitStatus
}
