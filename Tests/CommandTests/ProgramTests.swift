import Glibc
import Testing

@testable import rocketsms_worker

@Suite struct ProgramTests {
    private struct Failing: Command {
        static let configuration = CommandConfiguration(name: "fail", abstract: "Fail.", example: "fail", takesConfiguration: false)
        init(_ arguments: ParsedArguments) {}
        func run(_ context: CommandContext) async throws -> Status { throw CommandFailure(.unknown, "Nobody knows.") }
    }

    private static let failing = CommandTree.group(name: "p", abstract: "P.", [.group(name: "g", abstract: "G.", [.command(Failing.self)])])

    @Test(arguments: [[], ["config"], ["requests"]])
    func withoutACommandTheHelpComesAndItIsAUsageError(words: [String]) async {
        let (console, asked) = (CapturedConsole(), CapturedConsole())
        #expect(await console.run(words) == .usage)
        #expect(await asked.run(words + ["--help"]) == .done)
        #expect(console.output.isEmpty && console.errors == asked.output)
        #expect(console.errors.contains("Usage: rocketsms-worker") && console.errors.contains("\nCommands:\n"))
    }

    @Test func aMistypedCommandIsGuessed() async {
        let console = CapturedConsole()
        #expect(await console.run("config", "pirnt") == .usage)
        #expect(console.errors == "There is no command \"config pirnt\". Did you mean print?\nrocketsms-worker config --help says more.\n")
    }

    @Test func versionAndHelpGoToStdout() async {
        let console = CapturedConsole()
        #expect(await console.run("--version") == .done)
        #expect(console.output == "rocketsms-worker 1.2.3\n")
        for words in [["--help"], ["-h"], ["help"], ["config", "--help"], ["help", "config", "print"], ["run", "--nonsense", "--help"]] {
            let console = CapturedConsole()
            #expect(await console.run(words) == .done)
            #expect(console.output.contains("Usage: rocketsms-worker"))
            #expect(console.errors.isEmpty)
        }
    }

    @Test func everyCommandExplainsItselfWithAnExampleThatItUnderstands() throws {
        func walk(_ node: CommandTree, _ path: [String]) throws {
            guard case .command(let type, _) = node else {
                for child in node.children { try walk(child, path + [child.name]) }
                return
            }
            let table = type.configuration
            let help = HelpText(node, path: ["rocketsms-worker"] + path).text
            #expect(help.contains("Example: rocketsms-worker \(table.example)"))
            for option in table.options { #expect(help.contains("  \(option.name)")) }
            #expect(help.contains("--config PATH") == table.takesConfiguration)
            #expect(table.abstract.hasSuffix("."))
            #expect(table.options.allSatisfy { $0.help.hasSuffix(".") && $0.name.hasPrefix("--") })
            let words = Self.words(table.example)
            #expect(words.starts(with: path))
            _ = try type.init(ParsedArguments(Array(words.dropFirst(path.count)), for: table))
        }
        try walk(.program, [])
    }

    @Test func helpSaysWhatEachKeyMayBe() async {
        let console = CapturedConsole()
        #expect(await console.run("run", "--help") == .done)
        let help = console.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for sentence in [
            "From 1 to 4096. Default: 64.", "From 0 to 0.9. Default: 0.2.", "From 100ms to 5m. Default: 15s.",
            "Each from 100ms to 24h. Default: 2s,5s,15s,60s,5m,1h.", "One of resend, fail, hold. Default: resend.",
            "It is true or false. Default: false.", "Each is host:port. --kafka-group-id",
        ] { #expect(help.contains(sentence), "\(sentence)") }
    }

    @Test func aFailureIsItsSentenceAndItsCode() async {
        let console = CapturedConsole()
        #expect(await console.run(["g", "fail"], tree: Self.failing) == .unknown)
        #expect(console.errors == "Nobody knows.\n")
        #expect(await CapturedConsole().run(["g", "fail", "--kafka-group-id", "x"], tree: Self.failing) == .usage)
    }

    @Test func configurationErrorsHaveTheirCode() async {
        let console = CapturedConsole()
        #expect(await console.run("run") == .configuration)
        #expect(console.errors.contains("KAFKA_BOOTSTRAP_SERVERS"))
        #expect(await CapturedConsole().run("config", "print", "--send-max-attempts", "0") == .configuration)
    }

    @Test func wordsThatAreNoUTF8AreRefused() async {
        let console = CapturedConsole()
        let program = Program(tree: .program, version: "1", environment: [:], console: console.console)
        #expect(await program.run(bytes: [Array("send".utf8), Array("--text".utf8), [0xCF, 0xF0, 0xE8]]) == .usage)
        #expect(console.errors.hasPrefix("Word 3 of the command line is not UTF-8."))
        #expect(await program.run(bytes: [Array("--version".utf8)]) == .done)
    }

    @Test func aVariableOfOursThatIsNoUTF8IsRefusedAndAnotherIsNot() async {
        let entries = ["ROCKETSMS_PASSWORD=\u{0}", "PROMPT=\u{0}", "A=b=c", "A=d", "novalue"].map { entry in
            Array(entry.utf8).map { $0 == 0 ? 0xFF : $0 }
        }
        let environment = ProcessEnvironment(entries)
        #expect(environment.variables == ["A": "b=c"])
        #expect(environment.unreadable == ["ROCKETSMS_PASSWORD", "PROMPT"])
        let console = CapturedConsole()
        let program = Program(
            tree: .program, version: "1", environment: [:], unreadable: environment.unreadable, console: console.console)
        #expect(await program.run(["config", "print"]) == .configuration)
        #expect(console.errors == "The environment variable ROCKETSMS_PASSWORD is not UTF-8.\n")
    }

    @Test func aReaderThatWentAwayIsNoFailure() async {
        #expect(await CapturedConsole(failure: ConsoleError(code: EPIPE)).run("--version") == .done)
        let full = CapturedConsole(failure: ConsoleError(code: ENOSPC))
        #expect(await full.run("--version") == .failed)
        #expect(full.errors.contains("No space left"))
    }

    @Test func configPrintHidesSecrets() async {
        let environment = ["ROCKETSMS_PASSWORD": "hunter2", "KAFKA_GROUP_ID": "g1"]
        for words in [["config", "print"], ["config", "print", "--json"]] {
            let console = CapturedConsole()
            #expect(await console.run(words, environment: environment) == .done)
            #expect(!console.output.contains("hunter2"))
            #expect(console.output.contains("g1"))
        }
    }

    /// Split as a shell would, with quotes of both kinds and without escapes.
    private static func words(_ line: String) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in line {
            switch character {
            case quote: quote = nil
            case "\"", "'":
                guard quote == nil else {
                    word?.append(character)
                    continue
                }
                quote = character
                word = word ?? ""
            case " " where quote == nil:
                if let word { words.append(word) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        return words + (word.map { [$0] } ?? [])
    }
}
