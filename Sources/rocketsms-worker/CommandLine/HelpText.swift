internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// What `--help` prints, made from the tables.
struct HelpText: Sendable {
    let text: String

    private static let width = 100

    init(_ node: CommandTree, path: [String]) {
        switch node {
        case .group(_, let abstract, let children): text = Self.group(abstract, children, path)
        case .command(let type, let children): text = Self.command(type.configuration, type.sections, children, path)
        }
    }

    /// `a, b and c`.
    static func list(_ words: [String]) -> String {
        guard words.count > 1, let last = words.last else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }

    private static func group(_ abstract: String, _ children: [CommandTree], _ path: [String]) -> String {
        let program = path.joined(separator: " ")
        var text = "\(abstract)\n\nUsage: \(program) <command>\n\nCommands:\n"
        text += table(children.map { ($0.name, $0.abstract) })
        text += "\n\(program) <command> --help explains one.\(path.count == 1 ? " --version prints the version." : "")\n"
        return text
    }

    private static func command(_ command: CommandConfiguration, _ sections: [String]?, _ children: [CommandTree], _ path: [String])
        -> String
    {
        var usage = path
        usage += command.arguments.map(\.name)
        if !command.options.isEmpty || command.takesConfiguration { usage.append("[flags]") }
        var text = "\(command.abstract)\n\nUsage: \(usage.joined(separator: " "))\n"
        text += "Example: \(path[0]) \(command.example)\n"
        if !command.discussion.isEmpty { text += "\n" + paragraphs(command.discussion) }
        if !children.isEmpty { text += "\nCommands behind it:\n" + table(children.map { ($0.name, $0.abstract) }) }
        if !command.arguments.isEmpty { text += "\n" + table(command.arguments.map { ($0.name, $0.help) }) }
        if !command.options.isEmpty {
            text += "\nFlags:\n" + table(command.options.map { ($0.name + ($0.placeholder.map { " \($0)" } ?? ""), $0.help) })
        }
        if command.takesConfiguration {
            text += "\nConfiguration (flag, or environment without hyphens: KAFKA_BOOTSTRAP_SERVERS; or a file):\n"
            let keys = ConfigurationKey.all.filter { key in sections?.contains { key.name.hasPrefix($0 + ".") } ?? true }
            text += table([("--config PATH", "A JSON file with these keys; comments are allowed.")] + keys.map(row))
            if sections != nil { text += "\nThe other keys of `run` are taken too, so that one file serves all.\n" }
        }
        return text
    }

    private static func row(_ key: ConfigurationKey) -> (String, String) {
        let standard = key.defaultNote ?? key.defaultText.map { $0.isEmpty ? "none" : $0 }
        let limits = key.kind.limits.map { " \($0)." } ?? ""
        return (key.flag, key.help + limits + (standard.map { " Default: \($0)." } ?? ""))
    }

    private static func table(_ rows: [(String, String)]) -> String {
        let column = min(32, rows.map(\.0.count).max() ?? 0)
        return rows.map { left, right in
            let head = "  " + left + String(repeating: " ", count: max(0, column - left.count))
            return wrapped(right, first: head + "  ", indent: column + 4)
        }.joined()
    }

    private static func paragraphs(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { wrapped(String($0), first: "", indent: 0) }.joined()
    }

    private static func wrapped(_ text: String, first: String, indent: Int) -> String {
        var lines: [String] = []
        var line = first
        var isFresh = true
        if first.count > indent {
            lines.append(String(first.reversed().drop { $0 == " " }.reversed()))
            line = String(repeating: " ", count: indent)
        }
        for word in text.split(separator: " ") {
            if !isFresh, line.count + 1 + word.count > width {
                lines.append(line)
                line = String(repeating: " ", count: indent)
                isFresh = true
            }
            line += (isFresh ? "" : " ") + word
            isFresh = false
        }
        return (lines + [line]).joined(separator: "\n") + "\n"
    }
}
