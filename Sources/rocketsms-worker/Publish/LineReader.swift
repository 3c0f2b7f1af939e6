internal import Glibc
internal import JSON
internal import Requests
internal import SMSPipeline

/// Owner of a file, or of standard input, that is read line by line in pieces.
struct LineReader: ~Copyable {
    enum Line: Equatable, Sendable {
        /// Without its end, `\n` or `\r\n`.
        case whole([UInt8])
        /// Longer than the limit: skipped.
        case tooLong
    }

    /// Longest line in bytes: more than a broker takes by default.
    static let limit = 4 << 20

    private let descriptor: CInt
    private let isOwned: Bool
    private let limit: Int
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    private var isFirst = true

    /// - Parameter path: `-`: standard input.
    /// - Throws: where the file cannot be opened.
    init(path: String, limit: Int = limit) throws(CommandFailure) {
        self.limit = limit
        isOwned = path != "-"
        descriptor = isOwned ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO
        guard descriptor >= 0 else {
            throw CommandFailure(.failed, "\(UsageError.excerpt(path)) cannot be read: \(String(cString: strerror(errno))).")
        }
    }

    deinit { if isOwned { close(descriptor) } }

    /// Whether `next` would not wait for whoever writes.
    var isReady: Bool {
        if isAtEnd || buffer[start...].contains(UInt8(ascii: "\n")) { return true }
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&state, 1, 0) > 0
    }

    /// - Returns: nil at the end.
    /// - Throws: where reading fails.
    mutating func next() throws(CommandFailure) -> Line? {
        var searched = start
        var isTooLong = false
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return isTooLong || end - start > limit ? .tooLong : .whole(try line(upTo: end))
            }
            if buffer.count - start > limit {
                isTooLong = true
                buffer.removeAll(keepingCapacity: true)
                start = 0
            }
            if start > 0 {
                buffer.removeSubrange(..<start)
                start = 0
            }
            searched = buffer.count
            if try !fill() {
                defer {
                    buffer = []
                    start = 0
                }
                if isTooLong { return .tooLong }
                return buffer.isEmpty ? nil : .whole(try line(upTo: buffer.count))
            }
        }
    }

    /// The first one loses a byte order mark.
    private mutating func line(upTo end: Int) throws(CommandFailure) -> [UInt8] {
        let hasReturn = end > start && buffer[end - 1] == UInt8(ascii: "\r")
        var line = Array(buffer[start..<(hasReturn ? end - 1 : end)])
        if isFirst {
            isFirst = false
            if ByteOrderMark.isUTF16(line) { throw CommandFailure(.usage, "The file is UTF-16, and must be UTF-8.") }
            ByteOrderMark.remove(from: &line)
        }
        return line
    }

    /// - Returns: false at the end.
    private mutating func fill() throws(CommandFailure) -> Bool {
        guard !isAtEnd else { return false }
        let size = 65_536
        let old = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: size))
        var count = 0
        repeat {
            count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress?.advanced(by: old), size) }
        } while count < 0 && errno == EINTR
        let code = errno
        buffer.removeLast(size - max(0, count))
        guard count >= 0 else { throw CommandFailure(.failed, "The file cannot be read on: \(String(cString: strerror(code))).") }
        isAtEnd = count == 0
        return !isAtEnd
    }
}
