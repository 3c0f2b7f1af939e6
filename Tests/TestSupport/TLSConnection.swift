internal import CCurl
internal import Glibc
internal import RocketSMSSimulator

/// Octets to and from a client, as a script sees them. Blocking.
package protocol OctetStream {
    /// The next ones; none when the client has closed.
    func receive() -> [UInt8]
    func write(_ octets: [UInt8])
}

extension ScriptedConnection: OctetStream {}

/// The server's side of TLS on a scripted connection. Used on the connection's thread only.
package final class TLSConnection: OctetStream {
    private let session: OpaquePointer

    /// Nil where the client does not come that far, or libssl takes no such certificate.
    package init?(_ connection: ScriptedConnection, _ files: TLSFiles) {
        // libssl writes without saying that it wants none.
        signal(SIGPIPE, SIG_IGN)
        guard let context = SSL_CTX_new(TLS_server_method()) else { return nil }
        defer { SSL_CTX_free(context) }
        guard SSL_CTX_use_certificate_file(context, files.certificate, SSL_FILETYPE_PEM) == 1,
            SSL_CTX_use_PrivateKey_file(context, files.key, SSL_FILETYPE_PEM) == 1, let session = SSL_new(context)
        else { return nil }
        self.session = session
        guard SSL_set_fd(session, connection.descriptor) == 1, SSL_accept(session) == 1 else { return nil }
    }

    deinit { SSL_free(session) }

    package func receive() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        let count = SSL_read(session, &buffer, CInt(buffer.count))
        return count > 0 ? Array(buffer[..<Int(count)]) : []
    }

    package func write(_ octets: [UInt8]) { _ = SSL_write(session, octets, CInt(octets.count)) }
}

/// A certificate for this machine, which is its own authority, and its key.
package struct TLSFiles: Sendable {
    /// Paths of PEM files.
    package let certificate: String
    package let key: String

    package init(in folder: String) throws {
        guard let made = SimulatorConfiguration.Certificate.selfMade() else {
            throw ChildProcess.Failure(description: "libcrypto makes no certificate")
        }
        (certificate, key) = (folder + "/server.crt", folder + "/server.key")
        try writeFile(made.certificate, to: certificate)
        try writeFile(made.key, to: key)
    }
}
