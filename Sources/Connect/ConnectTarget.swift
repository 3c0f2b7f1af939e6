/// Where a connection leads.
package struct ConnectTarget: Hashable, Sendable {
    package let isTLS: Bool
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    package let host: String
    package let port: Int

    package init(isTLS: Bool, host: String, port: Int) {
        self.isTLS = isTLS
        self.host = host
        self.port = port
    }

    /// Whether what is sent there stays on this machine.
    package var isLoopback: Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0).map(String.init) == String($0) }
    }

    /// As libcurl wants it: an `https` URL is one that TLS is spoken to.
    var url: String { "\(isTLS ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}
