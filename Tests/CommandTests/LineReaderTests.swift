import Glibc
import TestSupport
import Testing

@testable import rocketsms_worker

@Suite struct LineReaderTests {
    private func lines(_ text: String, limit: Int = LineReader.limit) throws -> [LineReader.Line] {
        try lines(Array(text.utf8), limit: limit)
    }

    private func lines(_ bytes: [UInt8], limit: Int = LineReader.limit) throws -> [LineReader.Line] {
        let folder = try makeTemporaryFolder("lines")
        let path = "\(folder)/lines"
        defer {
            unlink(path)
            rmdir(folder)
        }
        let file = try #require(fopen(path, "w"))
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        var reader = try LineReader(path: path, limit: limit)
        var lines: [LineReader.Line] = []
        while let line = try reader.next() { lines.append(line) }
        return lines
    }

    private func whole(_ text: String) -> LineReader.Line { .whole(Array(text.utf8)) }

    @Test func endsOfLinesAreOfBothKindsAndTheLastMayLackOne() throws {
        #expect(try lines("a\nb\r\n\nc") == [whole("a"), whole("b"), whole(""), whole("c")])
        #expect(try lines("a\n") == [whole("a")])
        #expect(try lines("") == [])
    }

    @Test func theFirstLineLosesAByteOrderMark() throws {
        #expect(try lines("\u{FEFF}a\n\u{FEFF}b") == [whole("a"), whole("\u{FEFF}b")])
    }

    @Test func aFileInUTF16IsNamed() throws {
        #expect(throws: CommandFailure(.usage, "The file is UTF-16, and must be UTF-8.")) { try lines([0xFF, 0xFE, 0x7B, 0, 0x0A, 0]) }
    }

    @Test func aLineMayBeLargerThanAPiece() throws {
        let long = String(repeating: "x", count: 200_000)
        #expect(try lines("\(long)\nb\n\(long)") == [whole(long), whole("b"), whole(long)])
    }

    @Test(arguments: [11, 100, 300_000])
    func aLineBeyondTheLimitIsSkippedAndTheNextIsRead(_ length: Int) throws {
        let long = String(repeating: "x", count: length)
        #expect(try lines("0123456789\n\(long)\nb\n\(long)", limit: 10) == [whole("0123456789"), .tooLong, whole("b"), .tooLong])
    }

    @Test func aFileThatIsNotThereIsNamed() {
        #expect {
            _ = try LineReader(path: "/nonexistent/file")
        } throws: {
            ($0 as? CommandFailure)?.sentence == "/nonexistent/file cannot be read: No such file or directory."
        }
    }
}
