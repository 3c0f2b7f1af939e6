internal import EventLoop
internal import Glibc
internal import Requests
internal import SMSPipeline
internal import Time

/// Small files that are read whole at start.
package enum BoundedFile {
    /// Why a file could not be read, as the rest of the sentence "PATH cannot be read: …".
    package struct Problem: Error, Equatable, Sendable {
        package let reason: String
    }

    /// - Parameter patience: how long a pipe may keep it waiting, which a regular file never does.
    package static func read(_ path: String, atMost limit: Int, patience: Duration = .seconds(10)) throws(Problem) -> [UInt8] {
        // A pipe without a writer would block the opening for good.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw Problem(reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        let deadline = MonotonicInstant.now + patience
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            try wait(for: descriptor, until: deadline, patience)
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR || errno == EAGAIN { continue }
                throw Problem(reason: String(cString: strerror(errno)))
            }
            guard bytes.count + count <= limit else { throw Problem(reason: "it is larger than \(limit) bytes") }
            bytes += buffer[..<count]
        }
    }

    /// A regular file is always ready; a pipe is once somebody has written, or has closed it.
    private static func wait(for descriptor: CInt, until deadline: MonotonicInstant, _ patience: Duration) throws(Problem) {
        while true {
            let left = (deadline - .now).milliseconds
            var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&state, 1, CInt(clamping: max(0, left)))
            if ready > 0 { return }
            if ready < 0, errno != EINTR { throw Problem(reason: String(cString: strerror(errno))) }
            if left <= 0 {
                throw Problem(reason: "it is a pipe that nobody wrote to its end within \(ConfigurationDuration.text(patience))")
            }
        }
    }
}
