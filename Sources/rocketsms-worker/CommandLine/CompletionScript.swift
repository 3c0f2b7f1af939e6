internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// A script with which a shell completes commands and flags, made of the commands' own tables.
enum CompletionScript: String, CaseIterable, Sendable {
    case bash, zsh, fish

    /// What may follow a path of command words: `["config"]` → `print`, `check`, …
    struct Place: Equatable, Sendable {
        let path: [String]
        let words: [String]
    }

    static func places(of tree: CommandTree) -> [Place] {
        var places: [Place] = []
        func walk(_ node: CommandTree, _ path: [String]) {
            var words = node.children.map(\.name)
            if path.isEmpty { words += ["help", "--version"] }
            if case .command(let type, _) = node {
                words += type.configuration.options.map(\.name)
                if type.configuration.takesConfiguration {
                    // The sections that it looks at; the others are taken too.
                    let keys = ConfigurationKey.all.filter { key in type.sections?.contains { key.name.hasPrefix($0 + ".") } ?? true }
                    words += ["--config"] + keys.map(\.flag)
                }
            }
            places.append(Place(path: path, words: words + ["--help"]))
            for child in node.children { walk(child, path + [child.name]) }
        }
        walk(tree, [])
        return places
    }

    func text(for tree: CommandTree) -> String {
        let places = Self.places(of: tree)
        switch self {
        case .bash: return Self.bash(tree.name, places)
        case .zsh: return "#compdef \(tree.name)\nautoload -U +X bashcompinit && bashcompinit\n" + Self.bash(tree.name, places)
        case .fish: return Self.fish(tree.name, places)
        }
    }

    private static func function(_ name: String) -> String { "_" + name.replacing("-", with: "_") }

    /// Each as a pattern: `/config/print`.
    private static func patterns(_ places: [Place], quote: String) -> [String] {
        places.filter { !$0.path.isEmpty }.map { "\(quote)\(joined($0))\(quote)" }
    }

    private static func joined(_ place: Place) -> String { place.path.map { "/" + $0 }.joined() }

    private static func bash(_ name: String, _ places: [Place]) -> String {
        """
        # Completion of \(name): put it where your shell looks for completions, or `source` it.
        \(function(name))() {
            local path= words= index=1
            while [ "$index" -lt "$COMP_CWORD" ]; do
                case "$path/${COMP_WORDS[index]}" in
                \(patterns(places, quote: "").joined(separator: " | "))) path="$path/${COMP_WORDS[index]}" ;;
                esac
                index=$((index + 1))
            done
            case "$path" in
        \(places.map { "    \(joined($0).isEmpty ? "''" : joined($0))) words='\($0.words.joined(separator: " "))' ;;" }.joined(separator: "\n"))
            esac
            COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F \(function(name)) \(name)

        """
    }

    private static func fish(_ name: String, _ places: [Place]) -> String {
        """
        # Completion of \(name): save it as ~/.config/fish/completions/\(name).fish
        function _\(function(name))_words
            set -l path ''
            for word in (commandline -opc)[2..-1]
                switch "$path/$word"
                    case \(patterns(places, quote: "'").joined(separator: " "))
                        set path "$path/$word"
                end
            end
            switch "$path"
        \(places.map { "        case '\(joined($0))'\n            printf '%s\\n' \($0.words.joined(separator: " "))" }.joined(separator: "\n"))
            end
        end
        complete -c \(name) -f -a '(_\(function(name))_words)'

        """
    }
}
