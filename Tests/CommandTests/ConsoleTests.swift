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

    @Test func onlyATerminalConfirms() {
        #expect(CapturedConsole(input: ["y"], isTerminal: true).console.confirms("Send?"))
        #expect(CapturedConsole(input: ["YES"], isTerminal: true).console.confirms("Send?"))
        #expect(!CapturedConsole(input: [""], isTerminal: true).console.confirms("Send?"))
        #expect(!CapturedConsole(isTerminal: true).console.confirms("Send?"))
        #expect(!CapturedConsole(input: ["y"]).console.confirms("Send?"))
    }
}
