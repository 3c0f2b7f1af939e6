internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// What completes command lines in a shell, made from the same tables as the help: for each path of commands the words that may follow.
struct CompletionScript: Sendable {
    enum Shell: String, CaseIterable, Sendable { case bash, zsh, fish }

    /// A path is "" or " topics create"; in the order of the help.
    private let words: [(path: String, words: [String])]

    init(_ tree: CommandTree) {
        words = Self.walk(tree, "")
    }

    private static func walk(_ node: CommandTree, _ path: String) -> [(path: String, words: [String])] {
        var own = node.children.map(\.name)
        if case .command(let type, _) = node {
            own += type.configuration.options.map(\.name)
            if type.configuration.takesConfiguration {
                let keys = ConfigurationKey.all.filter { key in type.sections?.contains { key.name.hasPrefix($0 + ".") } ?? true }
                own += ["--config"] + keys.map(\.flag)
            }
        }
        return [(path, own + ["--help"])] + node.children.flatMap { walk($0, "\(path) \($0.name)") }
    }

    func lines(for shell: Shell) -> [String] {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    /// All paths but the root's.
    private var paths: [String] { words.dropFirst().map(\.path) }

    private var bash: [String] {
        [
            "# bash completion of rocketsms-worker; printed by `rocketsms-worker completion bash`", "_rocketsms_worker() {",
            "    local current=${COMP_WORDS[COMP_CWORD]} place='' words='' word",
            "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do", "        case \"$place $word\" in",
            "        " + paths.map { "'\($0)'" }.joined(separator: " | ") + ") place=\"$place $word\" ;;", "        esac", "    done",
            "    case $place in",
        ] + words.map { "    '\($0.path)') words='\($0.words.joined(separator: " "))' ;;" } + [
            "    esac", "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")", "}",
            "complete -o default -F _rocketsms_worker rocketsms-worker",
        ]
    }

    private var zsh: [String] {
        [
            "#compdef rocketsms-worker", "# printed by `rocketsms-worker completion zsh`", "_rocketsms_worker() {",
            "    local place='' word", "    local -a found", "    for word in \"${(@)words[2,CURRENT-1]}\"; do",
            "        case \"$place $word\" in",
            "        (" + paths.map { "'\($0)'" }.joined(separator: "|") + ") place=\"$place $word\" ;;", "        esac", "    done",
            "    case $place in",
        ] + words.map { "    ('\($0.path)') found=(\($0.words.joined(separator: " "))) ;;" } + [
            "    esac", "    compadd -- $found", "    _files", "}",
            // Loaded by its name it is the function itself; sourced it says what it completes.
            "if [ \"${funcstack[1]}\" = _rocketsms-worker ]; then _rocketsms_worker; else compdef _rocketsms_worker rocketsms-worker; fi",
        ]
    }

    private var fish: [String] {
        [
            "# fish completion of rocketsms-worker; printed by `rocketsms-worker completion fish`", "function __rocketsms_worker_words",
            "    set -l place ''", "    for word in (commandline -opc)[2..-1]", "        switch \"$place $word\"",
            "        case " + paths.map { "'\($0)'" }.joined(separator: " "), "            set place \"$place $word\"", "        end",
            "    end",
            "    switch \"$place\"",
        ] + words.flatMap { ["    case '\($0.path)'", "        string split ' ' -- '\($0.words.joined(separator: " "))'"] } + [
            "    end", "end", "complete -c rocketsms-worker -a '(__rocketsms_worker_words)'",
        ]
    }
}
