import Testing

@testable import rocketsms_worker

/// What can cost an SMS, or lose something, is said first, asked for on a terminal, and wants `--yes` elsewhere.
@Suite struct ConsentTests {
    private func consent(_ words: String...) throws -> Consent {
        Consent(
            try ParsedArguments(
                words, for: CommandConfiguration(name: "c", abstract: "C.", example: "c", options: [Consent.dryRun, Consent.yes])))
    }

    @Test func elsewhereThanOnATerminalYesIsNeeded() throws {
        let (pipe, terminal) = (CapturedConsole().console, CapturedConsole(isTerminal: true).console)
        #expect(throws: UsageError("Not on a terminal: --yes is needed.")) { try consent().requireAnswer(pipe) }
        try consent().requireAnswer(terminal)
        try consent("--yes").requireAnswer(pipe)
        try consent("--dry-run").requireAnswer(pipe)
    }

    @Test func onATerminalItAsks() throws {
        let declined = CommandFailure(.failed, "Nothing was changed.")
        let no = CapturedConsole(input: ["n"], isTerminal: true)
        #expect(throws: declined) { try consent().ask("Really?", no.console, declined: declined) }
        #expect(no.errors == "Really? [y/N] ")
        try consent().ask("Really?", CapturedConsole(input: ["y"], isTerminal: true).console, declined: declined)
        let told = CapturedConsole(isTerminal: true)
        try consent("--yes").ask("Really?", told.console, declined: declined)
        #expect(told.errors.isEmpty)
    }

    /// Before a broker is asked: nothing listens at port 1.
    @Test(arguments: [
        ["requests", "resolve", "x", "--as", "resend"], ["offsets", "repair", "--from", "earliest"], ["ledger", "forget", "x"],
        ["dead-letters", "redrive", "--all"],
    ])
    func verbsThatMayCostWantAnAnswer(words: [String]) async {
        let broker = ["--kafka-bootstrap-servers", "127.0.0.1:1", "--kafka-start-timeout", "1s"]
        let console = CapturedConsole()
        #expect(await console.run(words + broker) == .usage)
        #expect(console.errors.hasPrefix("Not on a terminal: --yes is needed."))
        for more in ["--yes", "--dry-run"] { #expect(await CapturedConsole().run(words + [more] + broker) == .noBroker) }
    }

    @Test(arguments: [
        ["requests", "resolve", "x", "--as", "sent"], ["requests", "cancel", "x"], ["offsets", "repair", "--from", "ledger"],
    ])
    func whatCostsNothingDoesNotAsk(words: [String]) async {
        let broker = ["--kafka-bootstrap-servers", "127.0.0.1:1", "--kafka-start-timeout", "1s"]
        #expect(await CapturedConsole().run(words + broker) == .noBroker)
    }

    /// Every command that writes: what it takes is in its help, in completions and in this list.
    @Test func everyVerbThatWritesHasADryRun() {
        var with: [String] = []
        func walk(_ node: CommandTree, _ path: [String]) {
            if case .command(let type, _) = node, type.configuration.options.contains(where: { $0.name == Consent.dryRun.name }) {
                with.append(path.joined(separator: " "))
            }
            for child in node.children { walk(child, path + [child.name]) }
        }
        walk(.program, [])
        #expect(
            with == [
                "topics create", "publish", "requests resolve", "requests cancel", "requests forget", "ledger forget",
                "dead-letters redrive", "offsets repair", "send", "senders add",
            ])
    }
}
