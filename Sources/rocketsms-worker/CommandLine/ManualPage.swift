internal import Requests
internal import SMSPipeline

/// The commands of the manual page, in mdoc, made from the same tables as the help.
struct ManualPage: Sendable {
    let text: String

    init(_ tree: CommandTree) { text = Self.section(tree, []) }

    private static func section(_ node: CommandTree, _ path: [String]) -> String {
        var text = ""
        if case .command(let type, _) = node {
            let table = type.configuration
            text += ".It Cm \((path + table.arguments.map { "Ar \($0.name)" }).joined(separator: " "))\n\(paragraph(table.abstract))"
            for option in table.options {
                text +=
                    ".Pp\n.Fl Fl \(option.name.dropFirst(2))\(option.placeholder.map { " Ar \($0)" } ?? "") :\n\(paragraph(option.help))"
            }
        }
        return text + node.children.map { section($0, path + [$0.name]) }.joined()
    }

    /// Sentences on lines of their own, as mdoc wants them; none of them is taken for a request.
    private static func paragraph(_ words: String) -> String {
        var text = ""
        var line: Substring?
        for word in words.replacing("\\", with: "\\e").split(separator: " ") {
            let begun = line.map { $0 + " " + word } ?? word
            line = begun
            guard let last = word.last, ".!?".contains(last) else { continue }
            text += guarded(begun) + "\n"
            line = nil
        }
        return text + (line.map { guarded($0) + "\n" } ?? "")
    }

    private static func guarded(_ line: Substring) -> String { line.first == "." || line.first == "'" ? "\\&\(line)" : String(line) }
}
