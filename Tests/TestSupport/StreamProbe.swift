internal import CLinux
internal import EventLoop
internal import Glibc

/// A client of an answer without an end: reads it as far as it is told to. Its calls run on a thread of its own.
package final class StreamProbe: Sendable {
    /// `@unchecked Sendable`: touched on the probe's thread only.
    private final class Side: @unchecked Sendable {
        let descriptor: CInt
        var received: [UInt8] = []
        var isOpen = true

        init(_ descriptor: CInt) { self.descriptor = descriptor }

        func read(until end: [UInt8]) -> Bool {
            var buffer = [UInt8](repeating: 0, count: 256 << 10)
            while true {
                if let place = received.firstRange(of: end) {
                    received.removeSubrange(..<place.upperBound)
                    return true
                }
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else {
                    isOpen = false
                    return false
                }
                received += buffer[..<count]
            }
        }

        func close() {
            if isOpen { Glibc.close(descriptor) }
            isOpen = false
        }
    }

    private let side: Side
    private let thread: WorkThread

    /// Connects, and asks for `path`; nil: says nothing.
    ///
    /// - Parameter buffer: bytes that the kernel keeps of what is not read; nil: as many as it likes.
    package init?(port: Int, _ path: String?, buffer: CInt? = nil) {
        guard let thread = try? WorkThread(name: "stream-probe") else { return nil }
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if var buffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &buffer, socklen_t(MemoryLayout<CInt>.size)) }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard status == 0 else {
            Glibc.close(descriptor)
            return nil
        }
        if let path {
            let request = Array("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            _ = send(descriptor, request, request.count, CInt(MSG_NOSIGNAL))
        }
        side = Side(descriptor)
        self.thread = thread
    }

    deinit {
        let side = side
        thread.submit { side.close() }
        thread.abandon()
    }

    /// - Returns: false where the answer ended, or nothing came for twenty seconds.
    package func read(until end: String) async -> Bool { await onThread { $0.read(until: Array(end.utf8)) } }

    package var isOpen: Bool { get async { await onThread { $0.isOpen } } }

    package func close() async { await onThread { $0.close() } }

    private func onThread<Value: Sendable>(_ body: @escaping @Sendable (Side) -> Value) async -> Value {
        let side = side
        return await withCheckedContinuation { continuation in thread.submit { continuation.resume(returning: body(side)) } }
    }
}
