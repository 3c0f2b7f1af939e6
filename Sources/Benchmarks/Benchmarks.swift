internal import EventLoop
internal import Glibc
internal import RocketSMS

/// Drives the provider's client alone, as fast as it goes: `Benchmarks PORT SECONDS CONNECTIONS`. Prints one line of JSON.
/// `scripts/bench` runs it beside other programs, whose figures are the yardstick.
@main
struct Benchmarks {
    static func main() throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        guard numbers.count == 3, CommandLine.arguments.count == 4 else {
            fail("usage: Benchmarks PORT SECONDS CONNECTIONS", code: 64)
        }
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
