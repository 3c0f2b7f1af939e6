import EventLoop
import HTTPServer
import Metrics
import SMSWorker
import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

struct AdminServerTests {
    private func snapshot(isReady: Bool, reason: String?, account: String = "ok") -> HealthState.Snapshot {
        HealthState.Snapshot(
            isReady: isReady, reason: reason, account: account, breaker: "closed",
            partitions: HealthState.Partitions(assigned: 8, open: isReady ? 8 : 3))
    }

    private func reply(_ server: AdminServer, _ path: String, method: String = "GET") async throws -> HTTPProbeReply {
        let outcome = try await HTTPProbe.request(port: server.port, method, path)
        return try #require(outcome.reply)
    }

    @Test func readyzFollowsTheWorker() async throws {
        let health = HealthState()
        let server = try AdminServer(host: "127.0.0.1", port: FreePort.next(), health: health, registry: MetricsRegistry())
        defer { server.stop() }
        let starting = try await reply(server, "/readyz")
        #expect(starting.status == 503)
        #expect(starting.text.contains(#""ready":false,"reason":"starting""#))
        health.update(snapshot(isReady: true, reason: nil, account: "no credit"))
        let ready = try await reply(server, "/readyz")
        #expect(ready.status == 200)
        #expect(ready.headers["content-type"] == "application/json")
        #expect(
            ready.text
                == #"{"ready":true,"reason":null,"account":"no credit","breaker":"closed","refusals":null,"partitions":{"assigned":8,"open":8}}"#
        )
        health.update(snapshot(isReady: false, reason: "partition \"a\" stays closed"))
        let closed = try await reply(server, "/readyz?verbose")
        #expect(closed.status == 503)
        #expect(closed.text.contains(#""reason":"partition \"a\" stays closed""#))
    }

    @Test func livezAnswersWhileThePipelineTurns() async throws {
        let health = HealthState()
        let server = try AdminServer(host: "127.0.0.1", port: FreePort.next(), health: health, registry: MetricsRegistry())
        defer { server.stop() }
        #expect(try await reply(server, "/livez").status == 200)
        health.update(snapshot(isReady: true, reason: nil), at: MonotonicInstant.now - .seconds(61))
        #expect(try await reply(server, "/livez").status == 503)
        health.update(snapshot(isReady: false, reason: "draining"))
        #expect(try await reply(server, "/livez").status == 200)
    }

    @Test func metricsAreTheRegistrys() async throws {
        let metrics = WorkerMetrics()
        let server = try AdminServer(host: "127.0.0.1", port: FreePort.next(), health: HealthState(), registry: metrics.registry)
        defer { server.stop() }
        metrics.reading.consumed.increment(by: 3)
        let reply = try await reply(server, "/metrics")
        #expect(reply.status == 200)
        #expect(reply.headers["content-type"] == MetricsText.prometheus.contentType)
        #expect(reply.text.contains("\nrocketsms_records_consumed_total 3\n"))
        let open = try await HTTPProbe.request(
            port: server.port, "GET", "/metrics", headers: ["Accept: application/openmetrics-text; version=1.0.0"])
        let answer = try #require(open.reply)
        #expect(answer.headers["content-type"] == MetricsText.openMetrics.contentType)
        #expect(answer.text.contains("\n# TYPE rocketsms_records_consumed counter\n") && answer.text.hasSuffix("\n# EOF\n"))
    }

    @Test func otherPathsAndMethodsAreRefused() async throws {
        let server = try AdminServer(host: "127.0.0.1", port: FreePort.next(), health: HealthState(), registry: MetricsRegistry())
        defer { server.stop() }
        #expect(try await reply(server, "/index.html").status == 404)
        #expect(try await reply(server, "/livez%00x").status == 404)
        let post = try await reply(server, "/livez", method: "POST")
        #expect(post.status == 405)
        #expect(post.headers["allow"] == "GET, HEAD")
        let head = try await reply(server, "/livez", method: "HEAD")
        #expect(head.status == 200)
        #expect(head.text.isEmpty)
    }

    @Test(.timeLimit(.minutes(1))) func probesAreAnsweredUnderAFloodOfIdleConnections() async throws {
        let server = try AdminServer(host: "127.0.0.1", port: FreePort.next(), health: HealthState(), registry: MetricsRegistry())
        defer { server.stop() }
        // Other hosts, which 127.0.0.2 and on stand for; some send half a request.
        var idle: [IdleSocket] = []
        for index in 0..<400 { idle.append(try #require(IdleSocket(port: server.port, from: "127.0.0.\(2 + index % 7)", index % 2 == 0))) }
        for _ in 0..<10 { #expect(try await reply(server, "/livez").status == 200) }
        // The same host, too.
        for _ in 0..<100 { idle.append(try #require(IdleSocket(port: server.port, from: "127.0.0.1", false))) }
        #expect(try await reply(server, "/readyz").status == 503)
        withExtendedLifetime(idle) {}
    }

    @Test func aKnownConnectionIsServedAmongIdleOnes() async throws {
        let server = try AdminServer(
            host: "127.0.0.1", port: FreePort.next(), idleTimeout: .seconds(60), health: HealthState(), registry: MetricsRegistry())
        defer { server.stop() }
        let probe = try HTTPProbe(port: server.port, timeout: .seconds(50))
        #expect(await probe.request("GET", "/livez").reply?.status == 200)
        let idle = try (0..<100).map { _ in try #require(IdleSocket(port: server.port, from: "127.0.0.2", false)) }
        #expect(await probe.request("GET", "/livez").reply?.status == 200)
        withExtendedLifetime(idle) {}
    }

    @Test(arguments: [("::", ["127.0.0.1", "::1"]), ("[::1]", ["::1"]), ("0.0.0.0", ["127.0.0.1"])])
    func itListensOnBothProtocols(host: String, addresses: [String]) async throws {
        let server = try AdminServer(host: host, port: FreePort.next(), health: HealthState(), registry: MetricsRegistry())
        defer { server.stop() }
        for address in addresses {
            let port = server.port
            let answer = try await onThread { IdleSocket(port: port, from: address, to: address, false)?.get("/livez") }
            #expect(answer?.hasPrefix("HTTP/1.1 200 ") == true, "\(address)")
        }
    }

    @Test func aTokenGuardsAllButTheProbes() async throws {
        let server = try AdminServer(
            host: "127.0.0.1", port: FreePort.next(), token: AdminToken("0123456789abcdef"), health: HealthState(),
            registry: MetricsRegistry())
        defer { server.stop() }
        #expect(try await reply(server, "/livez").status == 200)
        #expect(try await reply(server, "/readyz").status == 503)
        for path in ["/metrics", "/", "/livez/"] {
            let refused = try await reply(server, path)
            #expect(refused.status == 401)
            #expect(refused.headers["www-authenticate"] == "Bearer")
        }
        func status(_ authorization: String) async throws -> Int? {
            try await HTTPProbe.request(port: server.port, "GET", "/metrics", headers: ["Authorization: \(authorization)"]).reply?.status
        }
        #expect(try await status("Bearer 0123456789abcdef") == 200)
        #expect(try await status("bearer 0123456789abcdef") == 200)
        for wrong in ["Bearer 0123456789abcdeg", "Bearer 0123456789abcde", "Bearer 0123456789abcdef0", "Bearer ", "Basic 0123456789abcdef"]
        {
            #expect(try await status(wrong) == 401, "\(wrong)")
        }
    }

    @Test func aTakenPortIsAnErrorThatNamesIt() throws {
        let server = try AdminServer(host: "127.0.0.1", port: FreePort.next(), health: HealthState(), registry: MetricsRegistry())
        defer { server.stop() }
        do throws(HTTPServerError) {
            let second = try AdminServer(host: "127.0.0.1", port: server.port, health: HealthState(), registry: MetricsRegistry())
            second.stop()
            Issue.record("two servers on one port")
        } catch {
            #expect(error.code == .addressInUse)
            #expect(error.description.contains("\(server.port)"))
        }
    }
}
