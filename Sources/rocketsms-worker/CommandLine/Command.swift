internal import Requests
internal import SMSPipeline

/// One command of the program: a table of what it takes, made from the words that it was given, and run.
protocol Command: Sendable {
    /// What the parser and `--help` go by.
    static var configuration: CommandConfiguration { get }

    /// The parts of the worker's configuration that it looks at, and `--help` lists; nil: all of them.
    static var sections: [String]? { get }

    init(_ arguments: ParsedArguments) throws(UsageError)

    /// - Throws: `CommandFailure`, `ConfigurationError`, `UsageError`, `ConsoleError`; all become a sentence and an exit code.
    func run(_ context: CommandContext) async throws -> ExitStatus
}

extension Command {
    static var sections: [String]? { nil }
}
