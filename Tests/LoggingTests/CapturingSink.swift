import Logging
import Synchronization

/// Keeps the lines, their line feed removed.
final class CapturingSink: LogSink {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    func write(line: [UInt8]) {
        kept.withLock { $0.append(String(decoding: line.last == UInt8(ascii: "\n") ? line.dropLast() : line[...], as: UTF8.self)) }
    }
}
