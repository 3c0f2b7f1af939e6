internal import CCrypto
internal import HTTPServer

/// The page at `/`: one document, made once, the same for everybody. It holds nothing of the worker; its script asks for that.
///
/// Style and script stand in the document, and its policy names them by their hashes: so a browser runs these bytes and no others, loads
/// nothing else from anywhere, and asks this server alone. One document also passes where a second file would not: the answer to who
/// brings no token is a 401, and browsers show the document of a 401, but run no script that comes with one.
enum StatusPage {
    static let document = html.replacing("/*style*/", with: style).replacing("/*script*/", with: script)

    static let policy = [
        "default-src 'none'", "script-src '\(hash(of: script))'", "style-src '\(hash(of: style))'", "img-src data:", "connect-src 'self'",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    ].joined(separator: "; ")

    private static let bytes = [UInt8](document.utf8)

    static func response(status: Int) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "text/html; charset=utf-8", body: bytes)
            .with("Content-Security-Policy", policy).with("X-Content-Type-Options", "nosniff").with("Referrer-Policy", "no-referrer")
            .with("Cross-Origin-Resource-Policy", "same-origin")
    }

    /// As a policy names it: SHA-256, in Base64.
    static func hash(of text: String) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        var length = 0
        let bytes = [UInt8](text.utf8)
        guard EVP_Q_digest(nil, "SHA256", nil, bytes, bytes.count, &digest, &length) == 1 else { return "sha256-" }
        // 44 characters of Base64 and a NUL.
        var letters = [UInt8](repeating: 0, count: 45)
        let count = EVP_EncodeBlock(&letters, digest, CInt(digest.count))
        return "sha256-" + String(decoding: letters.prefix(Int(count)), as: UTF8.self)
    }
}
