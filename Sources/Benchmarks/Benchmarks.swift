internal import EventLoop
internal import Glibc
internal import RocketSMS

/// Drives the provider's clients alone, as fast as they go. Prints one line of JSON.
///
/// | words | |
/// | --- | --- |
/// | `PORT SECONDS CONNECTIONS` | the JSON API; `scripts/bench` runs it beside other programs, whose figures are the yardstick |
/// | `codec PARTS` | SMPP's PDUs, written and read |
/// | `smpp PORT MESSAGES WINDOW`, `smpp-receipts …` | a link to a message centre; with receipts for each part |
@main
struct Benchmarks {
    static func main() throws {
        switch CommandLine.arguments.dropFirst().first {
        case "codec": return print(try CodecLoad.run(parts: numbers(after: 2, count: 1)[0]))
        case "smpp", "smpp-receipts":
            let numbers = numbers(after: 2, count: 3)
            let wantsReceipts = CommandLine.arguments[1] == "smpp-receipts"
            return print(
                try SMPPLoad(port: numbers[0], messages: numbers[1], window: numbers[2], wantsReceipts: wantsReceipts).run())
        default: try client(numbers(after: 1, count: 3))
        }
    }

    private static func numbers(after first: Int, count: Int) -> [Int] {
        let words = CommandLine.arguments.dropFirst(first)
        let numbers = words.compactMap { Int($0) }.filter { $0 > 0 }
        guard numbers.count == count, words.count == count else {
            fail("usage: Benchmarks PORT SECONDS CONNECTIONS | codec PARTS | smpp[-receipts] PORT MESSAGES WINDOW", code: 64)
        }
        return numbers
    }

    private static func client(_ numbers: [Int]) throws {
        let result = try ClientLoad(port: numbers[0], connections: numbers[2]).run(for: .seconds(numbers[1]))
        guard result.failures == 0 else {
            fail("\(result.failures) of \(result.requests) messages were not accepted", code: 70)
        }
        print(result.json)
    }

    private static func fail(_ sentence: String, code: CInt) -> Never {
        let line = Array("\(sentence)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
        exit(code)
    }
}
