internal import EventLoop
internal import Glibc

/// The blocking side of `HTTPProbe`. `@unchecked Sendable`: used on the probe's thread only.
final class ProbeSocket: @unchecked Sendable {
    private let port: Int
    private let timeout: Duration
    private let receiveBuffer: CInt?
    private var descriptor: CInt = -1
    private var received: [UInt8] = []

    init(port: Int, timeout: Duration, receiveBuffer: CInt? = nil) {
        self.port = port
        self.timeout = timeout
        self.receiveBuffer = receiveBuffer
    }

    var isOpen: Bool { descriptor >= 0 }

    /// - Returns: false when the connection is refused.
    func connect() -> Bool {
        guard descriptor < 0 else { return true }
        received = []
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if var receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<CInt>.size)) }
        let (seconds, attoseconds) = timeout.components
        var limit = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if status != 0 { close() }
        return status == 0
    }

    /// - Returns: false when the server took not all of it.
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, CInt(MSG_NOSIGNAL)) }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    func receive(expectsBody: Bool) -> HTTPProbe.Outcome {
        guard descriptor >= 0 else { return .closed(received: []) }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            if let reply = HTTPProbeReply(takingFrom: &received, expectsBody: expectsBody) {
                if reply.headers["connection"]?.lowercased() == "close" { close() }
                return .reply(reply)
            }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                received += buffer[..<count]
                continue
            }
            let reason = errno
            let rest = received
            if count == 0 {
                close()
                return .closed(received: rest)
            }
            if reason == EAGAIN { return .timedOut(received: rest) }
            close()
            return .reset(received: rest)
        }
    }

    /// Reads and drops all up to `end`.
    ///
    /// - Returns: false where the server closed, or was silent for too long, before that.
    func read(until end: [UInt8]) -> Bool {
        guard descriptor >= 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            if let place = received.firstRange(of: end) {
                received.removeSubrange(..<place.upperBound)
                return true
            }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else {
                close()
                return false
            }
            received += buffer[..<count]
        }
    }

    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
        received = []
    }

    deinit { close() }
}
