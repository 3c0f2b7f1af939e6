/// Where lines go.
package protocol LogSink: Sendable {
    /// Takes one whole line, its line feed included. Called from any thread.
    func write(line: [UInt8])
}
