import EventLoop
import RocketSMSSimulator
import TestSupport
import Testing

@testable import Connect
@testable import RocketSMS

/// TLS and keep-alive against nginx, which offers HTTP/2 and closes what rests.
@Suite(.enabled(if: NginxServer.isInstalled, "nginx or openssl is not installed"), .timeLimit(.minutes(3)))
struct NginxTests {
    private func withNginx(
        keepalive: String = "60s", requests: Int = 1_000, body: (NginxServer, SimulatorServer) async throws -> Void
    ) async throws {
        var configuration = SimulatorConfiguration()
        configuration.port = FreePort.next()
        let simulator = try SimulatorServer(configuration)
        let upstreamPort = simulator.port
        let nginx = try await onThread { try NginxServer(upstreamPort: upstreamPort, keepalive: keepalive, requests: requests) }
        try await body(nginx, simulator)
        try await onThread {
            nginx.stop()
            simulator.stop()
        }
    }

    private func client(_ url: String, authorities: String) throws -> ClientFixture {
        var configuration = RocketSMSClient.Configuration(
            url: try ProviderURL(url), credentials: try RocketSMSCredentials(username: "123456789", password: "simulator"))
        configuration.certificateAuthorities = authorities
        configuration.requestTimeout = .seconds(60)
        configuration.connectTimeout = .seconds(30)
        return try ClientFixture(configuration)
    }

    @Test func everyMessageArrivesOnceThoughNginxEndsConnections() async throws {
        try await withNginx(requests: 7) { nginx, simulator in
            let client = try client("https://localhost:\(nginx.port)", authorities: nginx.authorities)
            let outcomes = await client.sends(300).all()
            #expect(outcomes.filter { !$0.isAccepted } == [])
            #expect(await simulator.total() == 300)
            // Whoever is offered HTTP/2 and takes it would be understood by nobody.
            #expect(nginx.log.count >= 299 && nginx.log.allSatisfy { $0 == "HTTP/1.1 200" })
            await client.close()
        }
    }

    @Test func connectionsThatNginxClosesAtRestCostNothing() async throws {
        try await withNginx(keepalive: "20ms") { nginx, simulator in
            let client = try client("https://localhost:\(nginx.port)", authorities: nginx.authorities)
            for _ in 0..<30 {
                let outcome = await client.send()
                #expect(outcome.isAccepted, "\(outcome)")
                await client.untilNothingIsOpen()
            }
            #expect(await simulator.total() == 30)
            await client.close()
        }
    }

    /// Names, authorities and TLS sessions are kept for all connects: what costs most of a handshake is done once.
    @Test func laterConnectionsGoOnWithAnEarlierTLSSession() async throws {
        try await withNginx(requests: 1) { nginx, _ in
            let client = try client("https://localhost:\(nginx.port)", authorities: nginx.authorities)
            for _ in 0..<10 {
                #expect(await client.send().isAccepted)
                await client.untilNothingIsOpen()
            }
            let sessions = nginx.sessions
            #expect(sessions.count >= 9 && sessions[0] == ".")
            #expect(sessions.dropFirst().allSatisfy { $0 == "r" }, "\(sessions)")
            await client.close()
        }
    }

    @Test func theAuthoritiesAreReadOnceForManyConnects() throws {
        let share = try #require(ConnectShare(authorities: nil))
        let first = try #require(share.certificates(), "the system has no file of authorities, or libcurl another OpenSSL")
        #expect(share.certificates() === first)
        #expect(ConnectShare(authorities: "/nonexistent/ca.pem")?.certificates() == nil, "libcurl is left to say what is wrong")
    }

    @Test func nginxsOwnAnswersAreUnderstood() async throws {
        try await withNginx { nginx, _ in
            for (path, expected) in [
                ("/dead", SendOutcome.unknown(.unintelligible(status: 502, .html))),
                ("/limited", .notSent(.tooManyRequests, retryAfter: nil)),
                ("/busy", .unknown(.unintelligible(status: 503, .html))),
            ] {
                let client = try client("https://localhost:\(nginx.port)\(path)", authorities: nginx.authorities)
                #expect(await client.send() == expected)
                await client.close()
            }
        }
    }

    @Test func aCertificateThatIsNotTrustedStopsTheSend() async throws {
        try await withNginx { nginx, simulator in
            let stranger = try client("https://localhost:\(nginx.port)", authorities: nginx.otherAuthorities)
            let untrusted = ConnectFailure(.certificate, detail: "it is self-signed and not trusted")
            #expect(await stranger.send() == .notSent(.noConnection(untrusted), retryAfter: nil))
            #expect("\(untrusted)" == "the provider's certificate was not accepted (it is self-signed and not trusted)")
            await stranger.close()
            // The certificate is for a name, and this is an address.
            let misnamed = try client("https://127.0.0.1:\(nginx.port)", authorities: nginx.authorities)
            let wrongHost = ConnectFailure(
                .certificate, detail: "it is not for this host, or the file of trusted authorities cannot be read")
            let outcome = await misnamed.send()
            #expect(outcome == .notSent(.noConnection(wrongHost), retryAfter: nil))
            await misnamed.close()
            #expect(await simulator.total() == 0)
        }
    }

    /// In a process of its own, because the proxy is a variable of the environment.
    @Test func aProxyLeadsToTheProvider() async throws {
        try await withNginx { nginx, simulator in
            let proxy = try ConnectProxy(to: nginx.port)
            let (proxyPort, authorities) = (proxy.port, nginx.authorities)
            await #expect(processExitsWith: .success) { [proxyPort = proxyPort as Int, authorities = authorities as String] in
                setEnvironment("https_proxy", "http://127.0.0.1:\(proxyPort)")
                let client = try NginxTests().client("https://provider.test", authorities: authorities)
                for _ in 0..<3 { #expect(await client.send().isAccepted) }
                await client.close()
            }
            #expect(proxy.requests == ["CONNECT provider.test:443 HTTP/1.1"])
            #expect(await simulator.total() == 3)
            #expect(nginx.log.allSatisfy { $0 == "HTTP/1.1 200" })
            try await onThread { proxy.stop() }
        }
    }
}
