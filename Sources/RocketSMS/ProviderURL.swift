/// Where the provider's API lives: scheme, host, port and base path. Credentials and queries have no place in it, so it may be printed.
package struct ProviderURL: Equatable, Sendable, CustomStringConvertible {
    package let isSecure: Bool
    package let host: String
    package let port: Int
    /// Without a slash at its end; often empty.
    package let path: String

    /// - Throws: `ProviderURLError` with a sentence.
    package init(_ text: String, allowPlaintext: Bool) throws(ProviderURLError) {
        let rest: Substring
        if text.hasPrefix("https://") {
            isSecure = true
            rest = text.dropFirst(8)
        } else if text.hasPrefix("http://") {
            isSecure = false
            rest = text.dropFirst(7)
        } else {
            throw ProviderURLError("the URL must begin with https:// (or http:// where plain text is allowed)")
        }
        guard !rest.contains("@") else { throw ProviderURLError("the URL must not hold credentials") }
        guard !rest.contains("?"), !rest.contains("#") else { throw ProviderURLError("the URL must not hold a query or a fragment") }
        let authority = rest.prefix { $0 != "/" }
        var path = String(rest.dropFirst(authority.count))
        while path.hasSuffix("/") { path.removeLast() }
        self.path = path
        let portText: Substring?
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            host = String(authority[authority.index(after: authority.startIndex)..<end])
            let behind = authority[authority.index(after: end)...]
            portText = behind.isEmpty ? nil : behind.dropFirst()
        } else if let colon = authority.lastIndex(of: ":") {
            host = String(authority[..<colon])
            portText = authority[authority.index(after: colon)...]
        } else {
            host = String(authority)
            portText = nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw ProviderURLError("the URL has no valid host") }
        if let portText {
            guard let number = Int(portText), (1...65_535).contains(number) else { throw ProviderURLError("the URL's port must be 1 to 65535") }
            port = number
        } else {
            port = isSecure ? 443 : 80
        }
        guard isSecure || allowPlaintext || isLoopback else {
            throw ProviderURLError("plain http would show credentials and texts to everyone on the way: use https, or ROCKETSMS_ALLOW_PLAINTEXT=true")
        }
    }

    package var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { Int($0).map { (0...255).contains($0) } ?? false }
    }

    /// As the `Host` header wants it.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    package var description: String { "\(isSecure ? "https" : "http")://\(authority)\(path)" }
}

package struct ProviderURLError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
