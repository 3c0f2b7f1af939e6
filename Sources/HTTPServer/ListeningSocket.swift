internal import Glibc

/// A bound TCP socket; it refuses connects until `listen`.
package struct ListeningSocket: ~Copyable {
    private let descriptor: CInt
    package let port: Int

    /// - Parameter port: 0 for any free one.
    package init(host given: String, port: Int) throws(HTTPServerError) {
        let host = given.hasPrefix("[") && given.hasSuffix("]") ? String(given.dropFirst().dropLast()) : given
        guard (0...65_535).contains(port) else { throw HTTPServerError(.badAddress, "port \(port) is not in 0...65535") }
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host == "localhost" ? "127.0.0.1" : host, String(port), &hints, &found) == 0, let address = found else {
            throw HTTPServerError(.badAddress, "\"\(host)\" is not an IP address to listen on")
        }
        defer { freeaddrinfo(found) }
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.pointee.ai_family, kind, 0)
        guard descriptor >= 0 else { throw HTTPServerError(errno: errno, host: host, port: port) }
        var on: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        // `::` takes IPv4 too, whatever the system's default is.
        var onlyV6: CInt = host == "::" ? 0 : 1
        if address.pointee.ai_family == AF_INET6 {
            setsockopt(descriptor, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &onlyV6, socklen_t(MemoryLayout<CInt>.size))
        }
        guard bind(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 else {
            let error = HTTPServerError(errno: errno, host: host, port: port)
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.port = port == 0 ? ListeningSocket.boundPort(descriptor) : port
    }

    deinit { close(descriptor) }

    package func listen(host: String) throws(HTTPServerError) {
        guard Glibc.listen(descriptor, 1_024) == 0 else { throw HTTPServerError(errno: errno, host: host, port: port) }
    }

    /// Hands the descriptor over; whoever takes it closes it.
    package consuming func release() -> CInt {
        let descriptor = descriptor
        discard self
        return descriptor
    }

    private static func boundPort(_ descriptor: CInt) -> Int {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let port: in_port_t = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
            // The port stands at the same place in the addresses of IPv4 and IPv6.
            return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_port }
        }
        return Int(in_port_t(bigEndian: port))
    }
}
