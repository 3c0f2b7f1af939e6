/// Where lines go.
package protocol LogSink: Sendable {
    /// Takes one whole line, its line feed included. Called from any thread.
    func write(line: [UInt8])

    /// Waits until what was written is out, for `patience` at most.
    func flush(patience: Duration)
}

extension LogSink {
    /// For a sink that keeps nothing back.
    package func flush(patience: Duration) {}
}
