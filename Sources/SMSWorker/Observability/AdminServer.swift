internal import EventLoop
package import HTTPServer
package import Metrics
internal import Requests
internal import SMSPipeline
internal import Synchronization
internal import Time

/// The admin port: `/livez` for the supervisor, `/readyz` for rollouts, `/metrics` for Prometheus. On a thread of its own, so that it
/// answers while the pipeline works.
///
/// Probes are answered whatever others do: idle and slow connections are closed soon, and where there are too many, those of the address
/// that has most go first. A token guards everything but the probes' paths.
///
/// | path | 200 | 503 |
/// | --- | --- | --- |
/// | `/livez` | the pipeline turns, or has not begun | it has said nothing for a minute |
/// | `/readyz` | joined and restored, also when idle, when owning nothing, and in an account pause | else; the body's `reason` says why |
/// | `/metrics` | always | |
package final class AdminServer: Sendable {
    private let server: HTTPServer
    private let guardian: Guardian

    /// Listens from now on.
    ///
    /// - Parameters:
    ///   - host: `ADMIN_HOST`.
    ///   - port: `ADMIN_PORT`; 0 for any free one.
    ///   - token: of `ADMIN_TOKEN_FILE`.
    ///   - idleTimeout: within it a connection must bring a whole request.
    /// - Throws: `HTTPServerError` with a sentence that names host and port.
    package init(
        host: String, port: Int, token: AdminToken? = nil, idleTimeout: Duration = .seconds(5), health: HealthState,
        registry: MetricsRegistry
    )
        throws(HTTPServerError)
    {
        var configuration = HTTPServerConfiguration(host: host, port: port, threadName: "admin")
        configuration.maximumBodyBytes = 4 << 10
        configuration.maximumConnections = 64
        configuration.maximumConnectionsOfAddress = 32
        configuration.makesRoom = true
        configuration.idleTimeout = idleTimeout
        configuration.answerTimeout = .seconds(15)
        let guardian = Guardian(token)
        self.guardian = guardian
        server = try HTTPServer(configuration) { request in
            .respond(
                Self.response(to: request, token: guardian.token, health: health, registry: registry).with("Cache-Control", "no-store"))
        }
    }

    /// The port it listens on.
    package var port: Int { server.port }

    /// Asked for from now on.
    package func use(_ token: AdminToken) { guardian.use(token) }

    /// Returns when nothing listens any more. A second call is without effect.
    package func stop() { server.stop() }

    /// Holds the token that is asked for.
    private final class Guardian: Sendable {
        private let current: Mutex<AdminToken?>

        init(_ token: AdminToken?) { current = Mutex(token) }

        var token: AdminToken? { current.withLock { $0 } }

        func use(_ token: AdminToken) { current.withLock { $0 = token } }
    }

    private static func response(
        to request: borrowing HTTPRequest, token: AdminToken?, health: HealthState, registry: MetricsRegistry
    ) -> HTTPResponse {
        let make: () -> HTTPResponse
        let isProbe = request.path == "/livez" || request.path == "/readyz"
        if let token, !isProbe {
            guard let header = request.header("Authorization"), token.isBrought(by: header.raw) else {
                return .text("a bearer token is needed\n", status: 401).with("WWW-Authenticate", "Bearer")
            }
        }
        switch request.path {
        case "/livez":
            make = { health.isAlive(at: .now) ? .text("ok\n") : .text("the pipeline has stopped turning\n", status: 503) }
        case "/readyz":
            make = {
                let snapshot = health.snapshot
                return HTTPResponse(status: snapshot.isReady ? 200 : 503, body: snapshot.json)
            }
        case "/metrics":
            let text = MetricsText(accept: request.header("Accept")?.string)
            make = { HTTPResponse(contentType: text.contentType, body: text.render(registry)) }
        default: return .notFound
        }
        switch request.method {
        case .get, .head: return make()
        case .post, .put, .delete, .options, .other: return .methodNotAllowed("GET, HEAD")
        }
    }
}
