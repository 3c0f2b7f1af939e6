internal import CLinux
internal import Glibc
internal import Synchronization

/// Writes each line to stderr, from a thread of its own: whoever logs never waits for whoever reads.
///
/// A pipe that nobody reads fills 64 KiB of the kernel's and the queue's room; lines that find none are lost, and the next one that finds
/// it comes with their number. One thread writes, and never gives up within a line: a line is whole, or absent and counted.
package final class StandardErrorSink: LogSink {
    private struct Queue {
        var lines: [[UInt8]] = []
        /// Of `lines`, and of what the thread has taken and not yet written.
        var bytes = 0
        var lost = 0
        var hasThread = false
        /// Who waits in `flush`.
        var flushing = 0
    }

    /// Bytes that wait at most.
    private let room: Int
    private let descriptor: Int32
    private let format: LogFormat
    private let queue = Mutex(Queue())
    /// Counts lines for the thread.
    private let filled = CountingSemaphore()
    /// Counts empty queues, for `flush`.
    private let emptied = CountingSemaphore()

    /// - Parameter format: of the line that says how many were lost.
    package init(descriptor: Int32 = STDERR_FILENO, format: LogFormat = .text, room: Int = 1 << 20) {
        self.descriptor = descriptor
        self.format = format
        self.room = room
    }

    package func write(line: [UInt8]) {
        let (isTaken, needsThread) = queue.withLock { queue in
            guard queue.bytes + line.count <= room else {
                queue.lost += 1
                return (false, false)
            }
            queue.lines.append(line)
            queue.bytes += line.count
            defer { queue.hasThread = true }
            return (true, !queue.hasThread)
        }
        guard isTaken else { return }
        filled.signal()
        // Without a thread, in a process that is out of them, the line is written here.
        if needsThread, !startThread() {
            queue.withLock { $0.hasThread = false }
            drain()
        }
    }

    package func flush(patience: Duration) {
        let isEmpty = queue.withLock { queue in
            if queue.bytes > 0 { queue.flushing += 1 }
            return queue.bytes == 0
        }
        if !isEmpty { emptied.wait(atMost: patience) }
    }

    private func startThread() -> Bool {
        var thread = pthread_t()
        let sink = Unmanaged.passRetained(self)
        let code = pthread_create(
            &thread, nil,
            { sink in
                rs_name_thread("log")
                if let sink { Unmanaged<StandardErrorSink>.fromOpaque(sink).takeRetainedValue().run() }
                return nil
            }, sink.toOpaque())
        guard code == 0 else {
            sink.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    /// As long as the process lives.
    private func run() -> Never {
        while true {
            filled.wait()
            drain()
        }
    }

    /// Writes what waits, and how many were lost before it.
    private func drain() {
        while true {
            let (lines, lost) = queue.withLock { queue in
                defer {
                    queue.lines = []
                    queue.lost = 0
                }
                return (queue.lines, queue.lost)
            }
            if lost > 0 { put(Self.mark(lost, format)) }
            for line in lines {
                if !put(line) { queue.withLock { $0.lost += 1 } }
                queue.withLock { $0.bytes -= line.count }
            }
            let isDone = queue.withLock { queue in
                guard queue.lines.isEmpty, queue.lost == 0 || lines.isEmpty else { return false }
                for _ in 0..<queue.flushing { emptied.signal() }
                queue.flushing = 0
                return true
            }
            if isDone { return }
        }
    }

    /// - Returns: false where nobody can read it any more.
    @discardableResult
    private func put(_ line: [UInt8]) -> Bool {
        var sent = 0
        while sent < line.count {
            let count = line.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + sent, $0.count - sent) }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                // Somebody else has made the descriptor so.
                var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&state, 1, -1)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    private static func mark(_ lost: Int, _ format: LogFormat) -> [UInt8] {
        LogLine(
            level: .warning, label: "log", message: "log lines were lost: nobody read them", metadata: ["lost": .init(lost)],
            milliseconds: LoggingSystem.now
        ).rendered(as: format)
    }
}
