import Foundation
import Glibc
import Logging
import Testing

@Suite struct StandardErrorSinkTests {
    /// A pipe as the shell makes it: its writing end blocks.
    private func withPipe(_ body: (_ reading: Int32, _ writing: Int32) throws -> Void) throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        try body(ends[0], ends[1])
    }

    /// Reads lines until one of them ends with `last`.
    private func lines(in descriptor: Int32, through last: String) -> [String] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let end = Array("\(last)\n".utf8)
        while !bytes.reversed().starts(with: end.reversed()) {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return bytes.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(.timeLimit(.minutes(1))) func linesComeInTheirOrder() throws {
        try withPipe { reading, writing in
            let sink = StandardErrorSink(descriptor: writing)
            sink.write(line: Array("one\n".utf8))
            sink.write(line: Array("two\n".utf8))
            #expect(lines(in: reading, through: "two") == ["one", "two"])
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: LogFormat.allCases)
    func aPipeThatNobodyReadsStopsNobodyAndWhatIsLostIsCounted(format: LogFormat) throws {
        try withPipe { reading, writing in
            let mostOfAPipe = 1 << 20
            let sink = StandardErrorSink(descriptor: writing, format: format, room: 64 << 10)
            let line = [UInt8](repeating: 0x78, count: 1_023) + [0x0A]
            // More than the pipe (64 KiB, where the system says nothing else) and the queue hold: with a thread that waited for room, this would never end.
            let count = (mostOfAPipe + (64 << 10)) / line.count + 500
            for _ in 0..<count { sink.write(line: line) }
            sink.flush(patience: .milliseconds(1))
            var whole = 0
            var lost = 0
            var buffer = [UInt8](repeating: 0, count: 1 << 20)
            var rest: [UInt8] = []
            while whole + lost < count {
                let got = read(reading, &buffer, buffer.count)
                try #require(got > 0)
                rest += buffer[..<got]
                while let end = rest.firstIndex(of: 0x0A) {
                    let text = String(decoding: rest[..<end], as: UTF8.self)
                    rest.removeSubrange(...end)
                    if text.first == "x" {
                        #expect(text.utf8.count == 1_023)
                        whole += 1
                    } else {
                        lost += try number(text, format)
                    }
                }
            }
            #expect(whole + lost == count)
            #expect(lost >= 499)
        }
    }

    private func number(_ text: String, _ format: LogFormat) throws -> Int {
        #expect(text.contains("log lines were lost: nobody read them"))
        switch format {
        case .text: return try #require(text.split(separator: "lost=").last.flatMap { Int($0) })
        case .json:
            let fields = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            return try #require(fields["lost"] as? Int)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [false, true])
    func aLineIsWholeWhoeverElseWrites(isNonblocking: Bool) throws {
        try withPipe { reading, writing in
            if isNonblocking { try #require(fcntl(writing, F_SETFL, O_NONBLOCK) == 0) }
            let sink = StandardErrorSink(descriptor: writing, room: 64 << 20)
            let threads = (0..<8).map { name in
                Thread {
                    let line = [UInt8](repeating: 0x61 + UInt8(name), count: 6_000) + [0x0A]
                    for _ in 0..<200 { sink.write(line: line) }
                }
            }
            for thread in threads { thread.start() }
            var seen = 0
            var rest: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 7_001)
            while seen < 1_600 {
                let got = read(reading, &buffer, buffer.count)
                try #require(got > 0)
                rest += buffer[..<got]
                while let end = rest.firstIndex(of: 0x0A) {
                    let line = rest[..<end]
                    #expect(line.count == 6_000 && Set(line).count == 1)
                    rest.removeSubrange(...end)
                    seen += 1
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func aFlushWaitsUntilTheLinesAreOut() throws {
        try withPipe { reading, writing in
            try #require(fcntl(reading, F_SETFL, O_NONBLOCK) == 0)
            let sink = StandardErrorSink(descriptor: writing)
            for _ in 0..<100 { sink.write(line: Array("line\n".utf8)) }
            sink.flush(patience: .seconds(30))
            var buffer = [UInt8](repeating: 0, count: 65_536)
            #expect(read(reading, &buffer, buffer.count) == 500)
        }
    }

    @Test(.timeLimit(.minutes(1))) func aClosedReaderEndsNothing() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        let sink = StandardErrorSink(descriptor: ends[1])
        for _ in 0..<10 { sink.write(line: Array("line\n".utf8)) }
        sink.flush(patience: .seconds(30))
        // Its thread may still look at it.
    }
}
