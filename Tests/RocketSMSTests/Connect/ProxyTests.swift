import Glibc
import TestSupport
import Testing

@testable import RocketSMS

/// Before anything else runs in the process.
func setEnvironment(_ name: String, _ value: String) { setenv(name, value, 1) }

/// Proxies come from the environment, so each test is a process of its own.
@Suite(.timeLimit(.minutes(3))) struct ProxyTests {
    private static func client(_ url: String) throws -> ClientFixture {
        var configuration = try ClientFixture.configuration(port: 1)
        configuration.url = try ProviderURL(url, allowPlaintext: true)
        return try ClientFixture(configuration)
    }

    @Test func aTunnelCarriesPlainHTTPToo() async throws {
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil { connection.answer(Accepted.answer) }
        }
        let proxy = try ConnectProxy(to: server.port)
        let port = proxy.port
        await #expect(processExitsWith: .success) { [port = port as Int] in
            setEnvironment("http_proxy", "http://127.0.0.1:\(port)")
            let client = try Self.client("http://provider.test")
            #expect(await client.send() == .accepted(Accepted.receipt))
            await client.close()
        }
        #expect(proxy.requests == ["CONNECT provider.test:80 HTTP/1.1"])
        try await onThread {
            proxy.stop()
            server.stop()
        }
    }

    @Test func aProxyThatRefusesIsNamed() async throws {
        let proxy = try ConnectProxy(to: 1, refusal: "403 Forbidden")
        let port = proxy.port
        await #expect(processExitsWith: .success) { [port = port as Int] in
            setEnvironment("https_proxy", "http://127.0.0.1:\(port)")
            let client = try Self.client("https://provider.test")
            #expect(await client.send() == .notSent(.noConnection(ConnectFailure(.proxy, detail: "HTTP 403")), retryAfter: nil))
            await client.close()
        }
        try await onThread { proxy.stop() }
    }

    /// A label longer than names have.
    @Test func aProxyWhoseNameIsNotFoundKeepsItsPassword() async throws {
        await #expect(processExitsWith: .success) {
            setEnvironment("https_proxy", "http://user:proxy-secret@\(String(repeating: "x", count: 64)).invalid:3128")
            let client = try Self.client("https://provider.test")
            let outcome = await client.send()
            #expect(outcome == .notSent(.noConnection(ConnectFailure(.proxyName)), retryAfter: nil))
            #expect(!String(reflecting: outcome).contains("proxy-secret"))
            await client.close()
        }
    }

    @Test func aLoopbackHostIsReachedWithoutTheProxy() async throws {
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil { connection.answer(Accepted.answer) }
        }
        let (port, nobody) = (server.port, FreePort.next())
        await #expect(processExitsWith: .success) { [port = port as Int, nobody = nobody as Int] in
            setEnvironment("http_proxy", "http://127.0.0.1:\(nobody)")
            let client = try Self.client("http://127.0.0.1:\(port)")
            #expect(await client.send() == .accepted(Accepted.receipt))
            await client.close()
        }
        try await onThread { server.stop() }
    }
}
