internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// The words behind a command, sorted by its table.
struct ParsedArguments: Sendable {
    private var flags: Set<String> = []
    private var values: [String: [String]] = [:]
    /// As many as the command's table has, or fewer where they are optional.
    private(set) var positional: [String] = []
    /// For the configuration's loader.
    private(set) var configuration = ConfigurationFlags()

    init() {}

    /// - Throws: `UsageError`; `ConfigurationError` for a flag that is meant for the configuration and is none.
    init(_ words: [String], for command: CommandConfiguration) throws {
        let rest = try takeOwn(words, command.options)
        let left: [String]
        if command.takesConfiguration {
            configuration = try ConfigurationFlags(rest)
            left = configuration.rest
        } else {
            left = rest
        }
        try takePositional(left, command)
    }

    func has(_ flag: String) -> Bool { flags.contains(flag) }

    /// Nil where it is not given.
    subscript(option: String) -> String? { values[option]?.last }

    func all(_ option: String) -> [String] { values[option] ?? [] }

    func required(_ option: String) throws(UsageError) -> String {
        guard let value = self[option] else { throw UsageError("\(option) is missing.") }
        return value
    }

    /// - Parameter default: nil where the option is not given.
    func integer(_ option: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = self[option] else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw UsageError(
                "\(option): \"\(UsageError.excerpt(text))\" is not a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return value
    }

    /// - Returns: the words that are none of the command's own options.
    private mutating func takeOwn(_ words: [String], _ options: [CommandOption]) throws(UsageError) -> [String] {
        var rest: [String] = []
        var index = 0
        while index < words.count {
            let word = words[index]
            index += 1
            if word == "--" { return rest + words[(index - 1)...] }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard word.hasPrefix("--"), let name = parts.first, let option = options.first(where: { $0.name == name }) else {
                rest.append(word)
                continue
            }
            switch option.kind {
            case .flag:
                guard parts.count == 1 else { throw UsageError("\(name) takes no value.") }
                flags.insert(name)
            case .value(let placeholder), .values(let placeholder):
                let value: String
                if parts.count == 2 {
                    value = parts[1]
                } else if index < words.count, !words[index].hasPrefix("--") {
                    value = words[index]
                    index += 1
                } else {
                    throw UsageError("\(name) needs a value: \(name) \(placeholder) (one that begins with -- as \(name)=\(placeholder)).")
                }
                if values[name] != nil, case .value = option.kind { throw UsageError("\(name) is given twice.") }
                values[name, default: []].append(value)
            }
        }
        return rest
    }

    private mutating func takePositional(_ words: [String], _ command: CommandConfiguration) throws {
        var isLiteral = false
        for word in words {
            if word == "--", !isLiteral {
                isLiteral = true
            } else if word.hasPrefix("-"), word != "-", !isLiteral {
                throw Self.unknownFlag(word, command)
            } else {
                positional.append(word)
            }
        }
        if positional.count < command.arguments.count, !command.areArgumentsOptional {
            throw UsageError("\(command.arguments[positional.count].name) is missing.")
        }
        if positional.count > command.arguments.count {
            // Not repeated: it may be a piece of a text that was not quoted.
            let count = positional.count - command.arguments.count
            throw UsageError(
                "\(count == 1 ? "A word is" : "\(count) words are") too many; a value with spaces stands in quotes.")
        }
    }

    /// A mistyped flag is a mistyped key where it looks like one, or where the command has nothing else that it could be.
    private static func unknownFlag(_ word: String, _ command: CommandConfiguration) -> any Error {
        let own = command.options.map(\.name) + ["--help"]
        let flag = String(word.prefix { $0 != "=" })
        guard command.takesConfiguration else {
            let suggestion = Spelling.suggestion(for: flag, among: own).map { " Did you mean \($0)?" } ?? ""
            return UsageError("\(UsageError.excerpt(flag)) is not a flag.\(suggestion)")
        }
        let error = ConfigurationFlags.unknown(word, known: own)
        let isOwn = Spelling.suggestion(for: flag, among: own) != nil
        let isKey = ConfigurationKey.all.contains { key in flag.hasPrefix("--\(key.name.prefix { $0 != "." })-") }
        return !isOwn && (command.options.isEmpty || isKey) ? error : UsageError(error.description)
    }
}
