import JSON
import SMSWorker
import Testing

@testable import rocketsms_worker

@Suite struct ConsoleTests {
    @Test func progressIsForTerminals() {
        let terminal = CapturedConsole(isTerminal: true)
        terminal.console.progress("1 of 2")
        #expect(terminal.errors == "\r1 of 2\u{1B}[K")
        let pipe = CapturedConsole()
        pipe.console.progress("1 of 2")
        pipe.console.endProgress()
        #expect(pipe.errors.isEmpty)
    }

    @Test func nothingThatIsPrintedMovesTheCursor() throws {
        let hostile = "a\u{1B}]0;x\u{7}\u{1B}[2J\u{9B}2J\u{202E}\u{7F}b"
        let captured = CapturedConsole(isTerminal: true)
        try captured.console.print(hostile)
        captured.console.note("one\ntwo \(hostile)")
        captured.console.progress(hostile)
        #expect(captured.output == "a?]0;x??[2J?2J??b\n")
        #expect(captured.errors == "one\ntwo a?]0;x??[2J?2J??b\n\ra?]0;x??[2J?2J??b\u{1B}[K")
    }

    @Test func jsonStaysTheSameValueWithoutACharacterThatMovesTheCursor() throws {
        let hostile = "a\u{1B}[2J\u{9B}2J\u{202E}\u{7F}\u{2028}\u{FEFF}\u{E0001}Ж😀"
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("at", hostile)
        writer.endObject()
        let captured = CapturedConsole()
        try captured.console.print(json: writer.bytes)
        #expect(!captured.output.dropLast().unicodeScalars.contains { $0.value < 0x20 || Printable.text(String($0)) != String($0) })
        #expect(captured.output.contains("Ж😀"))
        #expect(try JSONValue(parsing: Array(captured.output.utf8))["at"]?.stringValue == hostile)
    }

    @Test func onlyATerminalConfirms() {
        #expect(CapturedConsole(input: ["y"], isTerminal: true).console.confirms("Send?"))
        #expect(CapturedConsole(input: ["YES"], isTerminal: true).console.confirms("Send?"))
        #expect(!CapturedConsole(input: [""], isTerminal: true).console.confirms("Send?"))
        #expect(!CapturedConsole(isTerminal: true).console.confirms("Send?"))
        #expect(!CapturedConsole(input: ["y"]).console.confirms("Send?"))
    }
}
