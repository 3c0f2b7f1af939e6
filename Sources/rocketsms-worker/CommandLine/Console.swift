internal import Glibc
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// Where a command prints and asks. Results go to stdout, all else to stderr.
///
/// Whatever is printed may hold words of others: of a topic, of the provider, of a broker. None of them moves the cursor (`Printable`).
struct Console: Sendable {
    /// Everything or an error.
    let writeOutput: @Sendable ([UInt8]) throws(ConsoleError) -> Void
    let writeError: @Sendable ([UInt8]) -> Void
    /// The next line without its end; nil at the end of the input.
    let readLine: @Sendable () -> String?
    /// The input to its end, or one byte more of it than the limit.
    let readInput: @Sendable (_ limit: Int) throws(ConsoleError) -> [UInt8]
    let isOutputTerminal: Bool
    let isErrorTerminal: Bool
    let isInputTerminal: Bool

    /// Of this process.
    static let standard = Console(
        writeOutput: { (bytes) throws(ConsoleError) in try Self.write(bytes, to: STDOUT_FILENO) },
        writeError: { try? Self.write($0, to: STDERR_FILENO) },
        readLine: { Swift.readLine() },
        readInput: { (limit) throws(ConsoleError) in try Self.read(STDIN_FILENO, atMost: limit + 1) },
        isOutputTerminal: isatty(STDOUT_FILENO) == 1, isErrorTerminal: isatty(STDERR_FILENO) == 1,
        isInputTerminal: isatty(STDIN_FILENO) == 1)

    func print(_ line: String) throws(ConsoleError) { try writeOutput(Array((Printable.text(line) + "\n").utf8)) }

    func print(json: [UInt8]) throws(ConsoleError) { try writeOutput(Printable.json(json) + [UInt8(ascii: "\n")]) }

    /// A sentence about what went wrong or is noteworthy, or several, a line each.
    func note(_ lines: String) {
        for line in lines.split(separator: "\n", omittingEmptySubsequences: false) {
            writeError(Array((Printable.text(String(line)) + "\n").utf8))
        }
    }

    /// A line that the next one replaces; on a terminal only.
    func progress(_ line: String) {
        if isErrorTerminal { writeError(Array("\r\(Printable.text(line))\u{1B}[K".utf8)) }
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

    private static func read(_ descriptor: CInt, atMost limit: Int) throws(ConsoleError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < limit {
            let count = Glibc.read(descriptor, &buffer, min(buffer.count, limit - bytes.count))
            if count == 0 { break }
            if count < 0, errno != EINTR { throw ConsoleError(code: errno) }
            if count > 0 { bytes += buffer[..<count] }
        }
        return bytes
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
