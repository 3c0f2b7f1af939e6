internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// What a command line asks for.
enum ParsedCommandLine: Sendable {
    case run(any Command.Type, ParsedArguments)
    /// The text for stdout.
    case help(String)
    /// The same, where a command is missing and nobody asked: for stderr.
    case lost(String)
    case version

    /// - Parameter words: without the program's name.
    /// - Throws: `UsageError`, `ConfigurationError`; `failedPath` of the parser says whose help to point to.
    init(_ words: [String], tree: CommandTree) throws {
        var words = words[...]
        let wantsHelp = words.first == "help"
        if wantsHelp { words = words.dropFirst() }
        var node = tree
        var path = [tree.name]
        while let word = words.first, node.isGroup || node.children.contains(where: { $0.name == word }) {
            if Self.isHelp(word) {
                self = .help(HelpText(node, path: path).text)
                return
            }
            if word == "--version", path.count == 1 {
                self = .version
                return
            }
            guard let child = node.children.first(where: { $0.name == word }) else { throw Self.unknown(word, in: node, path) }
            node = child
            path.append(word)
            words = words.dropFirst()
        }
        let own = words.prefix { $0 != "--" }
        guard case .command(let type, _) = node, !wantsHelp, !own.contains(where: Self.isHelp) else {
            let text = HelpText(node, path: path).text
            // A word behind a group that is not one of its commands has been refused above.
            self = node.isGroup && !wantsHelp ? .lost(text) : .help(text)
            return
        }
        self = .run(type, try ParsedArguments(Array(words), for: type.configuration))
    }

    /// The words at the front that name commands: what a usage error points to.
    static func path(_ words: [String], tree: CommandTree) -> [String] {
        var node = tree
        var path = [tree.name]
        for word in words {
            guard let child = node.children.first(where: { $0.name == word }) else { break }
            node = child
            path.append(word)
        }
        return path
    }

    private static func isHelp(_ word: String) -> Bool { word == "--help" || word == "-h" }

    private static func unknown(_ word: String, in node: CommandTree, _ path: [String]) -> UsageError {
        if word.hasPrefix("-") { return UsageError("The command comes first, then its flags.") }
        let suggestion = Spelling.suggestion(for: word, among: node.children.map(\.name))
        let shown = (path.dropFirst() + [UsageError.excerpt(word)]).joined(separator: " ")
        return UsageError("There is no command \"\(shown)\".\(suggestion.map { " Did you mean \($0)?" } ?? "")")
    }
}
