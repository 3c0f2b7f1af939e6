import Glibc

/// A connection of a client that may say nothing, from an address of its own.
final class IdleSocket: Sendable {
    private let descriptor: CInt

    /// - Parameter saysHalf: sends the beginning of a request.
    init?(port: Int, from source: String, to target: String = "127.0.0.1", _ saysHalf: Bool) {
        let isV6 = target.contains(":")
        descriptor = socket(isV6 ? AF_INET6 : AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, isV6 || Self.with(source, 0, { bind(descriptor, $0, $1) }) == 0,
            Self.with(target, port, { connect(descriptor, $0, $1) }) == 0
        else { return nil }
        if saysHalf { _ = send(descriptor, "GET /liv", 8, CInt(MSG_NOSIGNAL)) }
    }

    deinit { close(descriptor) }

    /// The beginning of the answer. Blocks.
    func get(_ path: String) -> String {
        let request = Array("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        _ = send(descriptor, request, request.count, CInt(MSG_NOSIGNAL))
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    private static func with(_ host: String, _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
        if host.contains(":") {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = in_port_t(UInt16(port)).bigEndian
            inet_pton(AF_INET6, host, &address.sin6_addr)
            return withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in6>.size)) }
            }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
