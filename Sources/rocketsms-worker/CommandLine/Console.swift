internal import Glibc
internal import Requests
internal import SMSPipeline

/// Where a command prints and asks. Results go to stdout, all else to stderr.
struct Console: Sendable {
    /// Everything or an error.
    let writeOutput: @Sendable ([UInt8]) throws(ConsoleError) -> Void
    let writeError: @Sendable ([UInt8]) -> Void
    /// The next line without its end; nil at the end of the input.
    let readLine: @Sendable () -> String?
    let isOutputTerminal: Bool
    let isErrorTerminal: Bool
    let isInputTerminal: Bool

    /// Of this process.
    static let standard = Console(
        writeOutput: { (bytes) throws(ConsoleError) in try Self.write(bytes, to: STDOUT_FILENO) },
        writeError: { try? Self.write($0, to: STDERR_FILENO) },
        readLine: { Swift.readLine() },
        isOutputTerminal: isatty(STDOUT_FILENO) == 1, isErrorTerminal: isatty(STDERR_FILENO) == 1,
        isInputTerminal: isatty(STDIN_FILENO) == 1)

    func print(_ line: String) throws(ConsoleError) { try writeOutput(Array((line + "\n").utf8)) }

    func print(json: [UInt8]) throws(ConsoleError) { try writeOutput(json + [UInt8(ascii: "\n")]) }

    /// A sentence about what went wrong or is noteworthy.
    func note(_ line: String) { writeError(Array((line + "\n").utf8)) }

    /// A line that the next one replaces; on a terminal only.
    func progress(_ line: String) {
        if isErrorTerminal { writeError(Array("\r\(line)\u{1B}[K".utf8)) }
    }

    /// Takes the line of `progress` away.
    func endProgress() {
        if isErrorTerminal { writeError(Array("\r\u{1B}[K".utf8)) }
    }

    /// Asks for a yes; a terminal only can give it.
    func confirms(_ question: String) -> Bool {
        guard isInputTerminal else { return false }
        writeError(Array("\(question) [y/N] ".utf8))
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }

    private static func write(_ bytes: [UInt8], to descriptor: CInt) throws(ConsoleError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { throw ConsoleError(code: errno) }
            if count > 0 { rest = rest.dropFirst(count) }
        }
    }
}
