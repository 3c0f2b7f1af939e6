internal import Connect

/// The provider's base URL, checked: a scheme, a host, a port and perhaps a path; nothing secret.
package struct ProviderURL: Hashable, Sendable, CustomStringConvertible {
    package enum Scheme: String, Sendable { case http, https }

    /// In bytes.
    package static let maximumLength = 2_048

    package let scheme: Scheme
    /// Lower case, an IPv6 address without its brackets.
    package let host: String
    package let port: Int
    /// Empty, or begins with a slash and does not end with one.
    package let basePath: String

    /// - Parameter allowPlaintext: whether `http` is allowed to hosts that are not this machine.
    package init(_ text: String, allowPlaintext: Bool = false) throws(ProviderURLError) {
        guard text.utf8.count <= Self.maximumLength else { throw .tooLong }
        let rest: Substring
        if Self.hasPrefix(text, "https://") {
            scheme = .https
            rest = text.dropFirst(8)
        } else if Self.hasPrefix(text, "http://") {
            scheme = .http
            rest = text.dropFirst(7)
        } else {
            throw .notHTTP
        }
        if rest.utf8.contains(UInt8(ascii: "@")) { throw .hasCredentials }
        if rest.utf8.contains(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) { throw .hasQuery }
        let authority = rest.prefix { $0 != "/" }
        let (host, port) = try Self.split(authority)
        self.host = host.lowercased()
        self.port = port ?? (scheme == .https ? 443 : 80)
        var path = rest.dropFirst(authority.count)
        while path.last == "/" { path = path.dropLast() }
        guard path.utf8.allSatisfy(Self.isPathByte) else { throw .badPath }
        basePath = String(path)
        if let end = Self.endOfBase(path) { throw .endsInSimple(right: origin + path[..<end]) }
        if scheme == .http, !allowPlaintext, !isLoopback { throw .plaintext }
    }

    /// Whether what is sent there stays on this machine.
    package var isLoopback: Bool { target.isLoopback }

    var target: ConnectTarget { ConnectTarget(isTLS: scheme == .https, host: host, port: port) }

    /// The `Host` field's value: the port only where it is not the scheme's own.
    package var authority: String {
        let isDefault = port == (scheme == .https ? 443 : 80)
        let host = host.contains(":") ? "[\(host)]" : host
        return isDefault ? host : "\(host):\(port)"
    }

    /// Scheme, host and port: what a connection is opened to.
    package var origin: String { "\(scheme.rawValue)://\(authority)" }

    package var description: String { origin + basePath }

    private static func hasPrefix(_ text: String, _ prefix: String) -> Bool {
        text.prefix(prefix.count).lowercased() == prefix
    }

    private static func split(_ authority: Substring) throws(ProviderURLError) -> (host: Substring, port: Int?) {
        let host: Substring
        let after: Substring
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { throw .badHost }
            host = authority[..<end].dropFirst()
            after = authority[authority.index(after: end)...]
            guard host.contains(":"), host.allSatisfy({ $0.isASCII && ($0.isHexDigit || $0 == ":" || $0 == ".") }) else { throw .badHost }
        } else {
            host = authority.prefix { $0 != ":" }
            after = authority.dropFirst(host.count)
            let isName = host.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-" || $0 == "_") }
            guard !host.isEmpty, host.utf8.count <= 253, isName else { throw .badHost }
        }
        if after.isEmpty { return (host, nil) }
        guard after.first == ":" else { throw .badHost }
        let digits = after.dropFirst()
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = Int(digits), (1...65_535).contains(port) else { throw .badPort }
        return (host, port)
    }

    /// Where a path ends that goes on with the first steps of a call's own; nil: it does not.
    private static func endOfBase(_ path: Substring) -> Substring.Index? {
        let path = path.hasSuffix("/send") ? path.dropLast(5) : path
        guard path.lowercased().hasSuffix("/simple") else { return nil }
        return path.index(path.endIndex, offsetBy: -7)
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-._~/%!$&'()*+,;=:".utf8.contains(byte)
        }
    }
}
