internal import Glibc

/// Why a server cannot listen.
package struct HTTPServerError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: Sendable {
        /// `host` is neither an IP address nor `localhost`, or `port` is out of range.
        case badAddress
        /// Somebody listens there.
        case addressInUse
        /// A port below 1,024 without the right to it.
        case notPermitted
        /// No interface of this machine has the address.
        case addressNotAvailable
        /// The system gives no socket, thread or memory.
        case noResources
    }

    package let code: Code
    /// The whole sentence, with host and port.
    package let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    init(errno: CInt, host: String, port: Int) {
        let place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        switch errno {
        case EADDRINUSE: self.init(.addressInUse, "cannot listen on \(place): another process listens there")
        case EACCES, EPERM: self.init(.notPermitted, "cannot listen on \(place): not permitted (ports below 1024 need a privilege)")
        case EADDRNOTAVAIL: self.init(.addressNotAvailable, "cannot listen on \(place): this machine has no such address")
        default: self.init(.noResources, "cannot listen on \(place): \(String(cString: strerror(errno)))")
        }
    }
}
