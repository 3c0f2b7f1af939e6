internal import Glibc
internal import Synchronization

/// Ports for servers of tests: below the range from which the kernel takes ports for outgoing connections.
package enum FreePort {
    private static let range = 12_000..<32_768
    /// Begins anywhere, so that processes seldom meet, and goes on by one, so that tests of this one never do.
    private static let counter = Atomic(Int.random(in: range))

    /// A port of 127.0.0.1 on which nobody listens at this moment.
    package static func next() -> Int {
        while true {
            let port = range.lowerBound + counter.wrappingAdd(1, ordering: .relaxed).newValue % range.count
            let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(UInt16(port)).bigEndian
            inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
            let status = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if status == 0 { return port }
        }
    }
}
