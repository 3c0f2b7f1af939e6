internal import Glibc
internal import Synchronization

/// What all loggers of the process share: level, format and sink. Changed by `bootstrap`, once, at start.
package final class LoggingSystem: Sendable {
    private struct Output {
        var format: LogFormat
        var sink: any LogSink
    }

    /// The process's own. Before `bootstrap`: text from `info` up on stderr.
    package static let shared = LoggingSystem(level: .info, format: .text, sink: StandardErrorSink())

    private let level: Atomic<UInt8>
    private let output: Mutex<Output>

    package init(level: LogLevel, format: LogFormat, sink: any LogSink) {
        self.level = Atomic(level.rank)
        output = Mutex(Output(format: format, sink: sink))
    }

    /// Sets up the log of the process, loggers made already included.
    ///
    /// - Parameter sink: nil: stderr.
    package static func bootstrap(level: LogLevel, format: LogFormat, sink: (any LogSink)? = nil) {
        let before = shared.output.withLock { output in
            defer { output = Output(format: format, sink: sink ?? StandardErrorSink(format: format)) }
            return output.sink
        }
        // So that its last lines come before those of the next.
        before.flush(patience: .seconds(1))
        shared.level.store(level.rank, ordering: .relaxed)
    }

    /// Before the process ends: waits until the log is out, a second at most.
    package static func flush() { shared.output.withLock { $0.sink }.flush(patience: .seconds(1)) }

    package func isEnabled(_ level: LogLevel) -> Bool { level.rank >= self.level.load(ordering: .relaxed) }

    func write(_ level: LogLevel, label: String, message: String, metadata: Logger.Metadata) {
        let output = output.withLock { $0 }
        let line = LogLine(level: level, label: label, message: message, metadata: metadata, milliseconds: Self.now)
        output.sink.write(line: line.rendered(as: output.format))
    }

    /// Milliseconds since 1970.
    static var now: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
    }
}
