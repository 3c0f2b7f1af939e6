import CLinux
internal import EventLoop
internal import Glibc
internal import Synchronization

/// A TCP server whose every connection plays a script on a thread of its own: a peer that does exactly what a test needs.
/// When the script returns, its connection is closed.
package final class ScriptedServer: Sendable {
    package let port: Int
    private let listener: CInt
    private let open = Mutex<(isStopped: Bool, count: Int, descriptors: Set<CInt>)>((false, 0, []))
    private let accepting: WorkThread

    package init(_ script: @escaping @Sendable (ScriptedConnection) -> Void) throws {
        (port, listener) = Self.listen()
        accepting = try WorkThread(name: "scripted-accept")
        accepting.submit { [self] in accept(script) }
    }

    /// Connections accepted so far.
    package var connectionCount: Int { open.withLock { $0.count } }

    /// Ends all connections and takes no more. Scripts see the end of their stream.
    package func stop() {
        open.withLock { open in
            if open.isStopped { return }
            open.isStopped = true
            shutdown(listener, CInt(SHUT_RDWR))
            for descriptor in open.descriptors { shutdown(descriptor, CInt(SHUT_RDWR)) }
        }
        accepting.stop()
    }

    private func accept(_ script: @escaping @Sendable (ScriptedConnection) -> Void) {
        defer { close(listener) }
        while true {
            // A server that another test starts must not hold this connection open when it is closed here.
            let descriptor = rs_accept(listener)
            guard descriptor >= 0 else { return }
            let number = open.withLock { open in
                defer { open.count += 1 }
                open.descriptors.insert(descriptor)
                if open.isStopped { shutdown(descriptor, CInt(SHUT_RDWR)) }
                return open.count
            }
            guard let thread = try? WorkThread(name: "scripted-\(number)") else {
                close(descriptor)
                continue
            }
            thread.finish { [self] in
                script(ScriptedConnection(number: number, descriptor: descriptor))
                open.withLock { open in
                    open.descriptors.remove(descriptor)
                    close(descriptor)
                }
            }
        }
    }

    private static func listen() -> (port: Int, listener: CInt) {
        while true {
            let port = FreePort.next()
            let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(UInt16(port)).bigEndian
            inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
            let status = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if status == 0, Glibc.listen(listener, 128) == 0 { return (port, listener) }
            close(listener)
        }
    }
}
