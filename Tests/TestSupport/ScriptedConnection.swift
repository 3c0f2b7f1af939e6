internal import Glibc

/// One connection of a `ScriptedServer`, in the hands of its script. Blocking, until the client acts or the server is stopped:
/// no time limit, because tests share a pool of two threads, and between two steps of one many seconds may go by.
/// Used on the connection's thread only.
package final class ScriptedConnection {
    /// From 0, in the order in which connections came.
    package let number: Int
    package let descriptor: CInt
    private var received: [UInt8] = []

    init(number: Int, descriptor: CInt) {
        self.number = number
        self.descriptor = descriptor
        var on: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
    }

    /// The next request, head and body; nil when the client has closed.
    package func readRequest() -> String? {
        guard let head = readHead() else { return nil }
        let length =
            head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).trimmingPrefix { $0 == " " }) } ?? 0
        while received.count < length { guard receiveMore() else { return nil } }
        defer { received.removeFirst(length) }
        return head + String(decoding: received.prefix(length), as: UTF8.self)
    }

    /// A request up to its empty line; nil when the client has closed.
    package func readHead() -> String? {
        let mark = Array("\r\n\r\n".utf8)
        while true {
            if received.count >= 4, let start = (0...received.count - 4).first(where: { received[$0..<$0 + 4].elementsEqual(mark) }) {
                defer { received.removeFirst(start + 4) }
                return String(decoding: received.prefix(start + 4), as: UTF8.self)
            }
            guard receiveMore() else { return nil }
        }
    }

    package func write(_ text: String) { write(Array(text.utf8)) }

    package func write(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// A whole answer with this JSON (or whatever else) as its body.
    package func answer(_ body: String, status: String = "200 OK", headers: [String] = []) {
        let fields = headers.map { "\($0)\r\n" }.joined()
        write("HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
    }

    /// Ends the stream: on this machine the client's socket knows it when this returns.
    package func finish() { shutdown(descriptor, CInt(SHUT_RDWR)) }

    /// Breaks the connection: the client gets a reset.
    package func reset() {
        var unspecified = sockaddr()
        unspecified.sa_family = sa_family_t(AF_UNSPEC)
        connect(descriptor, &unspecified, socklen_t(MemoryLayout<sockaddr>.size))
    }

    /// Waits until the client's kernel has everything written, so that what follows comes in a packet of its own.
    package func untilArrived() {
        var waiting: CInt = 1
        while ioctl(descriptor, UInt(TIOCOUTQ), &waiting) == 0, waiting > 0 { usleep(200) }
    }

    /// Waits until the client has closed; what it sends meanwhile is dropped.
    package func awaitClose() {
        while receiveMore() { received = [] }
    }

    /// The next octets, whatever they are; none when the client has closed.
    package func receive() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : []
    }

    private func receiveMore() -> Bool {
        let octets = receive()
        received += octets
        return !octets.isEmpty
    }
}
