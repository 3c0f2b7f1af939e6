import EventLoop
import TestSupport
import Testing
import Time

@testable import RocketSMS

/// No connection: nothing was sent, and a sentence says why.
@Suite(.timeLimit(.minutes(3))) struct ConnectFailureTests {
    private func outcome(
        _ url: String, timeout: Duration = .seconds(60), change: (inout RocketSMSClient.Configuration) -> Void = { _ in }
    ) async throws -> SendOutcome {
        var configuration = try ClientFixture.configuration(port: 1)
        configuration.url = try ProviderURL(url, allowPlaintext: true)
        configuration.connectTimeout = timeout
        change(&configuration)
        let client = try ClientFixture(configuration)
        let outcome = await client.send()
        await client.close()
        return outcome
    }

    /// A label longer than names have: known to be none without asking anybody.
    @Test func aNameThatIsNotFound() async throws {
        let outcome = try await outcome("http://\(String(repeating: "x", count: 64)).invalid")
        #expect(outcome == .notSent(.noConnection(ConnectFailure(.name)), retryAfter: nil))
        #expect("\(ConnectFailure(.name))" == "the provider's host name was not found")
    }

    @Test func aPortWhereNobodyListens() async throws {
        let outcome = try await outcome("http://127.0.0.1:\(FreePort.next())")
        #expect(outcome == .notSent(.noConnection(ConnectFailure(.refused, detail: "Connection refused")), retryAfter: nil))
    }

    /// TCP connects, and the handshake is met with silence.
    @Test func aConnectThatTakesTooLong() async throws {
        let server = try ScriptedServer { $0.awaitClose() }
        let outcome = try await outcome("https://127.0.0.1:\(server.port)", timeout: .milliseconds(100))
        #expect(outcome == .notSent(.noConnection(ConnectFailure(.timeout)), retryAfter: nil))
        server.stop()
    }

    @Test func aServerThatSpeaksNoTLS() async throws {
        let server = try ScriptedServer { connection in
            connection.write("HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.awaitClose()
        }
        let outcome = try await outcome("https://127.0.0.1:\(server.port)")
        #expect(outcome == .notSent(.noConnection(ConnectFailure(.tls)), retryAfter: nil))
        server.stop()
    }

    @Test func aFileOfAuthoritiesThatIsNotThere() async throws {
        let server = try ScriptedServer { $0.awaitClose() }
        let outcome = try await outcome("https://127.0.0.1:\(server.port)") { $0.certificateAuthorities = "/nonexistent/ca.pem" }
        guard case .notSent(.noConnection(let failure), nil) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.kind == .certificate)
        server.stop()
    }
}
