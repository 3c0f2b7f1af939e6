internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// From the words of a command line to an exit code.
struct Program: Sendable {
    let tree: CommandTree
    let version: String
    let environment: [String: String]
    /// Variables of the environment that are no UTF-8.
    var unreadable: Set<String> = []
    let console: Console

    /// - Parameter words: without the program's name.
    func run(bytes words: [[UInt8]]) async -> ExitStatus {
        do throws(UsageError) { return await run(try ProcessEnvironment.text(of: words)) } catch { return end(error, []) }
    }

    /// - Parameter words: without the program's name.
    func run(_ words: [String]) async -> ExitStatus {
        do {
            switch try ParsedCommandLine(words, tree: tree) {
            case .help(let text): try console.writeOutput(Array(text.utf8))
            case .lost(let text):
                console.writeError(Array(text.utf8))
                return .usage
            case .version: try console.print("\(tree.name) \(version)")
            case .run(let type, let arguments):
                let command = try type.init(arguments)
                return try await command.run(
                    CommandContext(
                        console: console, environment: environment, unreadable: unreadable, flags: arguments.configuration))
            }
            return .done
        } catch {
            return end(error, words)
        }
    }

    private func end(_ error: any Error, _ words: [String]) -> ExitStatus {
        switch error {
        case let error as UsageError:
            let path = ParsedCommandLine.path(words, tree: tree).joined(separator: " ")
            console.note("\(error.sentence)\n\(path) --help says more.")
            return .usage
        case let error as ConfigurationError:
            console.note(error.description)
            return .configuration
        case let error as CommandFailure:
            console.note(error.sentence)
            return error.status
        case let error as ConsoleError:
            if error.isReaderGone { return .done }
            console.note(error.sentence)
            return .failed
        default:
            console.note("\(error)")
            return .failed
        }
    }
}
