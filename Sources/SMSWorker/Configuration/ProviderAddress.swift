internal import Requests
internal import SMSPipeline

/// The parts of the provider's base URL that decide whether it may be used.
package struct ProviderAddress: Equatable, Sendable {
    package let isPlaintext: Bool
    /// Without brackets, in lower case.
    package let host: String
    let port: Int

    /// Nil unless `url` is `http` or `https`, a host, and at most a port and a path: a user, a query or a fragment has no place in it.
    package init?(_ url: String) {
        guard url.utf8.count <= 2_048, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        guard !url.utf8.contains(where: { [UInt8(ascii: "@"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "\\")].contains($0) })
        else {
            return nil
        }
        let lowered = url.lowercased()
        let rest: Substring
        if lowered.hasPrefix("https://") {
            (isPlaintext, rest) = (false, lowered.dropFirst(8))
        } else if lowered.hasPrefix("http://") {
            (isPlaintext, rest) = (true, lowered.dropFirst(7))
        } else {
            return nil
        }
        let authority = rest.prefix { $0 != "/" }
        let after: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = String(authority[..<end].dropFirst())
            after = authority[authority.index(after: end)...]
            guard host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
        } else {
            host = String(authority.prefix { $0 != ":" })
            after = authority.dropFirst(host.count)
            guard host.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "." || $0 == "-" || $0 == "_" }) else { return nil }
        }
        guard !host.isEmpty, after.isEmpty || after.hasPrefix(":") && Self.isPort(after.dropFirst()) else { return nil }
        port = Int(after.dropFirst()) ?? (isPlaintext ? 80 : 443)
    }

    /// Whether what is sent there stays on this machine.
    package var isLoopback: Bool { Self.isLoopback(host) }

    /// - Parameter host: in lower case, without brackets.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0).map(String.init) == String($0) }
    }

    static func isPort(_ text: some StringProtocol) -> Bool {
        text.allSatisfy { $0.isASCII && $0.isNumber } && (1...65_535).contains(Int(text) ?? 0)
    }
}
