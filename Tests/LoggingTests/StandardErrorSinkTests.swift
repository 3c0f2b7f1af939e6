import Glibc
import Logging
import Testing

@Suite struct StandardErrorSinkTests {
    /// A pipe whose writing end does not block.
    private func withPipe(_ body: (_ reading: Int32, _ writing: Int32) throws -> Void) throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        try #require(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0)
        try #require(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
        try body(ends[0], ends[1])
    }

    private func everything(in descriptor: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }

    @Test func aLineIsOneWrite() throws {
        try withPipe { reading, writing in
            let sink = StandardErrorSink(descriptor: writing)
            sink.write(line: Array("one\n".utf8))
            sink.write(line: Array("two\n".utf8))
            #expect(everything(in: reading) == Array("one\ntwo\n".utf8))
        }
    }

    @Test func aFullPipeLosesLinesAndSaysHowMany() throws {
        try withPipe { reading, writing in
            let sink = StandardErrorSink(descriptor: writing)
            let filling = [UInt8](repeating: 0x78, count: 4_096)
            var filled = 0
            while write(writing, filling, filling.count) == filling.count { filled += filling.count }
            sink.write(line: Array("lost\n".utf8))
            sink.write(line: Array("lost too\n".utf8))
            #expect(everything(in: reading).count == filled)
            sink.write(line: Array("back\n".utf8))
            #expect(everything(in: reading) == Array("2 log lines were lost: nobody read them\nback\n".utf8))
        }
    }
}
