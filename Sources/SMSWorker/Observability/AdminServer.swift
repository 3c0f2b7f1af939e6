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
/// that has most go first. A token guards everything but the probes' paths; who asks for the page without it is answered 401 by the page
/// itself, which holds nothing of the worker and asks for the token.
///
/// | path | 200 | 503 |
/// | --- | --- | --- |
/// | `/livez` | the pipeline turns, or has not begun | it has said nothing for a minute |
/// | `/readyz` | joined and restored, also when idle, when owning nothing, and in an account pause | else; the body's `reason` says why |
/// | `/metrics` | always | |
/// | `/` | the status page | |
/// | `/events` | what it shows, each second, as server-sent events | as many follow it as may |
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
        registry: MetricsRegistry, feed: StatusFeed? = nil
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
        configuration.maximumStreams = StatusFeed.mostViewers
        server = try HTTPServer(configuration) { request in
            let token = guardian.token
            if request.path == "/events", let feed, Self.isWelcome(request, token), case .get = request.method {
                feed.viewerCame()
                return .stream(StatusFeed.response.with("Cache-Control", "no-store"))
            }
            return .respond(Self.response(to: request, token: token, health: health, registry: registry).with("Cache-Control", "no-store"))
        }
        feed?.attach(to: server)
    }

    /// The port it listens on.
    package var port: Int { server.port }

    /// Asked for from now on; who follows the status page by the old one must bring it too.
    package func use(_ token: AdminToken) {
        guardian.use(token)
        server.endStreams()
    }

    /// Returns when nothing listens any more. A second call is without effect.
    package func stop() { server.stop() }

    /// Holds the token that is asked for.
    private final class Guardian: Sendable {
        private let current: Mutex<AdminToken?>

        init(_ token: AdminToken?) { current = Mutex(token) }

        var token: AdminToken? { current.withLock { $0 } }

        func use(_ token: AdminToken) { current.withLock { $0 = token } }
    }

    private static func isWelcome(_ request: borrowing HTTPRequest, _ token: AdminToken?) -> Bool {
        guard let token else { return true }
        return request.header("Authorization").map { token.isBrought(by: $0.raw) } ?? false
    }

    private static func response(
        to request: borrowing HTTPRequest, token: AdminToken?, health: HealthState, registry: MetricsRegistry
    ) -> HTTPResponse {
        let make: () -> HTTPResponse
        let isProbe = request.path == "/livez" || request.path == "/readyz"
        if !isProbe, !isWelcome(request, token) {
            let isForBrowser = request.path == "/" && request.method == .get
            let refusal = isForBrowser ? StatusPage.response(status: 401) : .text("a bearer token is needed\n", status: 401)
            return refusal.with("WWW-Authenticate", "Bearer")
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
        case "/": make = { StatusPage.response(status: 200) }
        // GET is a stream, and not answered here.
        case "/events": return .methodNotAllowed("GET")
        default: return .notFound
        }
        switch request.method {
        case .get, .head: return make()
        case .post, .put, .delete, .options, .other: return .methodNotAllowed("GET, HEAD")
        }
    }
}
