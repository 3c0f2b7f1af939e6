internal import Glibc
internal import Synchronization

/// Writes each line to stderr at once. A pipe that nobody reads must not stop the worker: a line that finds no room for 100 ms is
/// lost, and the next one that finds it comes with the number lost.
package final class StandardErrorSink: LogSink {
    private static let patienceMilliseconds: Int32 = 100

    private let descriptor: Int32
    private let lost = Atomic<Int>(0)

    package init(descriptor: Int32 = STDERR_FILENO) { self.descriptor = descriptor }

    package func write(line: [UInt8]) {
        let missed = lost.exchange(0, ordering: .relaxed)
        if missed > 0, !put(Array("\(missed) log lines were lost: nobody read them\n".utf8)) {
            lost.wrappingAdd(missed + 1, ordering: .relaxed)
            return
        }
        if !put(line) { lost.wrappingAdd(1, ordering: .relaxed) }
    }

    private func put(_ line: [UInt8]) -> Bool {
        var sent = 0
        while sent < line.count {
            let count = line.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + sent, $0.count - sent) }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&room, 1, Self.patienceMilliseconds) > 0 else { return false }
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}
