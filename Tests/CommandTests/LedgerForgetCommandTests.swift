import Testing

@testable import rocketsms_worker

@Suite struct LedgerForgetCommandTests {
    private func usage(_ words: String...) -> String? {
        do {
            _ = try LedgerForgetCommand(ParsedArguments(words, for: LedgerForgetCommand.configuration))
            return nil
        } catch { return (error as? UsageError)?.sentence }
    }

    @Test func aRecordIsNamedByItsKeyOrItsOffset() {
        #expect(usage("ord-1") == nil)
        #expect(usage("--offset", "17", "--partition", "3") == nil)
        #expect(usage("--offset", "17") == "--offset wants --partition.")
        #expect(usage() == "Give either KEY or --offset.")
        #expect(usage("ord-1", "--offset", "17", "--partition", "3") == "Give either KEY or --offset.")
        #expect(usage("a", "b") != nil)
    }

    @Test func withoutATerminalItWantsAYes() async {
        let console = CapturedConsole()
        #expect(await console.run("ledger", "forget", "a", "--kafka-bootstrap-servers", "127.0.0.1:1") == .usage)
        #expect(console.errors.hasPrefix("Not on a terminal: --yes is needed."))
    }
}
