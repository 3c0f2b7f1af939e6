internal import Glibc
internal import Requests
internal import SMSPipeline

/// Small files that are read whole at start.
package enum BoundedFile {
    /// Why a file could not be read, as the rest of the sentence "PATH cannot be read: …".
    package struct Problem: Error, Equatable, Sendable {
        package let reason: String
    }

    package static func read(_ path: String, atMost limit: Int) throws(Problem) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Problem(reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw Problem(reason: String(cString: strerror(errno)))
            }
            guard bytes.count + count <= limit else { throw Problem(reason: "it is larger than \(limit) bytes") }
            bytes += buffer[..<count]
        }
    }
}
