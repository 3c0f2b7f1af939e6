import SMSWorker
import Testing

@Suite struct PrintableTests {
    @Test func whatMovesTheCursorIsShownAsAMark() {
        #expect(Printable.text("Код é 🙂") == "Код é 🙂")
        #expect(Printable.text("a\u{1B}[2Jb\nc\u{9B}d\u{202E}e\r\nf") == "a?[2Jb?c?d?e??f")
    }

    @Test func whatIsClippedSaysSo() {
        #expect(
            Printable.clipped("Код", to: 3) == "Код" && Printable.clipped("Кодов", to: 3) == "Код…" && Printable.clipped("", to: 0) == "")
    }
}
