internal import Glibc

/// nginx in front of a simulated provider, with TLS and a certificate of its own making: a server that nobody of us wrote.
/// It offers HTTP/2, and closes idle connections soon.
package final class NginxServer: Sendable {
    package static let path = "/usr/sbin/nginx"
    package static let isInstalled = access(path, X_OK) == 0 && access("/usr/bin/openssl", X_OK) == 0

    package let port: Int
    /// A PEM file: the certificate is its own authority. It is for `localhost` and `provider.test`.
    package let authorities: String
    /// Another PEM file, which says nothing of this server.
    package let otherAuthorities: String
    private let folder: String
    private let process: ChildProcess

    /// Blocks until it answers.
    ///
    /// - Parameters:
    ///   - upstreamPort: of the provider on this machine.
    ///   - keepalive: after this without a request it closes a connection.
    ///   - requests: after so many it says that it closes a connection, and does.
    package init(upstreamPort: Int, keepalive: String, requests: Int) throws {
        let folder = try makeTemporaryFolder("nginx")
        let port = FreePort.next()
        try Self.makeCertificate("server", names: "DNS:localhost,DNS:provider.test", in: folder)
        try Self.makeCertificate("other", names: "DNS:localhost", in: folder)
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(folder)/\($0);" }.joined(
            separator: "\n")
        let configuration = """
            daemon off; master_process off; pid \(folder)/nginx.pid; error_log stderr warn;
            events { worker_connections 512; }
            http {
                \(temporary)
                log_format line '$server_protocol $status';
                access_log \(folder)/access.log line;
                log_format tls '$ssl_session_reused';
                access_log \(folder)/tls.log tls;
                upstream provider { server 127.0.0.1:\(upstreamPort); keepalive 32; }
                server {
                    listen 127.0.0.1:\(port) ssl http2;
                    ssl_session_cache shared:sessions:1m;
                    ssl_certificate \(folder)/server.pem;
                    ssl_certificate_key \(folder)/server.key;
                    keepalive_timeout \(keepalive);
                    keepalive_requests \(requests);
                    location / { proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection ""; }
                    location /dead/ { proxy_pass http://127.0.0.1:1/; }
                    location /limited/ { return 429; }
                    location /busy/ { return 503; }
                }
            }
            """
        try Self.write(configuration, to: "\(folder)/nginx.conf")
        self.port = port
        self.folder = folder
        authorities = "\(folder)/server.pem"
        otherAuthorities = "\(folder)/other.pem"
        process = try ChildProcess([Self.path, "-e", "stderr", "-p", folder, "-c", "\(folder)/nginx.conf"], folder: folder)
        for _ in 0..<500 {
            if ProbeSocket(port: port, timeout: .seconds(1)).connect() { return }
            usleep(20_000)
        }
        throw ChildProcess.Failure(description: "nginx does not answer")
    }

    /// Protocol and status of each request so far, one a line.
    package var log: [Substring] { Self.read("\(folder)/access.log").split(separator: "\n") }

    /// For each request so far whether its connection went on with an earlier TLS session: `r`, else `.`.
    package var sessions: [Substring] { Self.read("\(folder)/tls.log").split(separator: "\n") }

    package func stop() { process.stop() }

    private static func makeCertificate(_ name: String, names: String, in folder: String) throws {
        let command = """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=\(name) \
            -addext subjectAltName=\(names) -keyout \(folder)/\(name).key -out \(folder)/\(name).pem >\(folder)/openssl.log 2>&1
            """
        guard system(command) == 0 else { throw ChildProcess.Failure(description: "openssl: \(read("\(folder)/openssl.log"))") }
    }

    private static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw ChildProcess.Failure(description: "\(path) cannot be written") }
        fputs(text, file)
        fclose(file)
    }

    private static func read(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }
}
