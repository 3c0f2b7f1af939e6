internal import EventLoop
internal import Glibc
internal import Synchronization

/// An HTTP proxy that knows CONNECT alone, and leads every tunnel to one port of this machine, whatever host was asked for.
package final class ConnectProxy: Sendable {
    private let server: ScriptedServer
    private let asked: Asked

    private final class Asked: Sendable {
        let lines = Mutex<[String]>([])
    }

    /// - Parameter refusal: a status line's end (`403 Forbidden`) to answer with instead of a tunnel.
    package init(to port: Int, refusal: String? = nil) throws {
        let asked = Asked()
        self.asked = asked
        server = try ScriptedServer { connection in
            guard let head = connection.readHead() else { return }
            asked.lines.withLock { $0.append(String(head.prefix { $0 != "\r\n" })) }
            if let refusal {
                connection.write("HTTP/1.1 \(refusal)\r\nContent-Length: 0\r\n\r\n")
                return
            }
            let upstream = Self.connect(to: port)
            guard upstream >= 0, let back = try? WorkThread(name: "proxy-back") else { return }
            connection.write("HTTP/1.1 200 Connection established\r\n\r\n")
            let client = connection.descriptor
            back.submit { Self.copy(from: upstream, to: client) }
            Self.copy(from: client, to: upstream)
            back.stop()
            close(upstream)
        }
    }

    package var port: Int { server.port }

    /// The first lines of all requests so far.
    package var requests: [String] { asked.lines.withLock { $0 } }

    package func stop() { server.stop() }

    private static func copy(from source: CInt, to sink: CInt) {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0, send(sink, &buffer, count, CInt(MSG_NOSIGNAL)) == count else { break }
        }
        shutdown(source, CInt(SHUT_RDWR))
        shutdown(sink, CInt(SHUT_RDWR))
    }

    private static func connect(to port: Int) -> CInt {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if status == 0 { return descriptor }
        close(descriptor)
        return -1
    }
}
