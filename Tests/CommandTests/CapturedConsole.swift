import Synchronization

@testable import rocketsms_worker

/// Testing has an `ExitStatus` too.
typealias Status = rocketsms_worker.ExitStatus

/// A console that keeps what is printed.
final class CapturedConsole: Sendable {
    private let printed = Mutex<(output: [UInt8], errors: [UInt8])>(([], []))
    private let input: Mutex<[String]>
    private let isTerminal: Bool
    private let failure: ConsoleError?
    private let piped: [UInt8]

    init(input: [String] = [], piped: [UInt8] = [], isTerminal: Bool = false, failure: ConsoleError? = nil) {
        self.input = Mutex(input)
        self.piped = piped
        self.isTerminal = isTerminal
        self.failure = failure
    }

    var output: String { printed.withLock { String(decoding: $0.output, as: UTF8.self) } }
    var errors: String { printed.withLock { String(decoding: $0.errors, as: UTF8.self) } }

    var console: Console {
        Console(
            writeOutput: { [self] (bytes) throws(ConsoleError) in
                if let failure { throw failure }
                printed.withLock { $0.output += bytes }
            },
            writeError: { [self] bytes in printed.withLock { $0.errors += bytes } },
            readLine: { [self] in input.withLock { $0.isEmpty ? nil : $0.removeFirst() } },
            readInput: { [piped] limit in Array(piped.prefix(limit + 1)) },
            isOutputTerminal: isTerminal, isErrorTerminal: isTerminal, isInputTerminal: isTerminal)
    }

    /// Runs the program with these words.
    func run(_ words: String..., environment: [String: String] = [:]) async -> Status {
        await run(words, environment: environment)
    }

    func run(_ words: [String], environment: [String: String] = [:], tree: CommandTree = .program) async -> Status {
        await Program(tree: tree, version: "1.2.3", environment: environment, console: console).run(words)
    }
}
