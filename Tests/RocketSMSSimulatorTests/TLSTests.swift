import EventLoop
import RocketSMSSimulator
import TestSupport
import Testing

@testable import RocketSMS

/// The simulator over https, for clients that insist on it.
@Suite(.timeLimit(.minutes(3))) struct TLSTests {
    private func withSimulator(
        _ certificate: SimulatorConfiguration.Certificate, host: String, trusts: Bool,
        body: (RocketSMSAPI, SimulatorServer) async throws -> Void
    ) async throws {
        var configuration = SimulatorConfiguration()
        configuration.certificate = certificate
        let simulator = try SimulatorServer(configuration)
        #expect(simulator.baseURL == "https://127.0.0.1:\(simulator.port)")
        var client = RocketSMSClient.Configuration(
            url: try ProviderURL("https://\(host):\(simulator.port)"),
            credentials: try RocketSMSCredentials(username: "123456789", password: "simulator"))
        if trusts {
            client.certificateAuthorities = try makeTemporaryFolder("tls") + "/ca.pem"
            try writeFile(certificate.certificate, to: client.certificateAuthorities ?? "")
        }
        let api = try RocketSMSAPI(client)
        try await body(api, simulator)
        try await onThread {
            api.close()
            simulator.stop()
        }
    }

    @Test(arguments: ["127.0.0.1", "localhost"]) func aCertificateOfItsOwnMakingServes(host: String) async throws {
        let certificate = try #require(SimulatorConfiguration.Certificate.selfMade())
        try await withSimulator(certificate, host: host, trusts: true) { api, simulator in
            for _ in 0..<20 {
                guard case .accepted = await api.send(SendMessage(phone: "375291234567", text: "Код")) else {
                    Issue.record("not accepted")
                    return
                }
            }
            #expect(await simulator.total() == 20)
            // A fault and an outage are the same over TLS.
            try await simulator.change(FaultChange(FaultRule(.replyLost)))
            guard case .unknown = await api.send(SendMessage(phone: "375291234567", text: "Код")) else {
                Issue.record("not unknown")
                return
            }
            try await simulator.setOutage(.refuse)
            guard case .notSent(.noConnection, _) = await api.send(SendMessage(phone: "375291234567", text: "Код")) else {
                Issue.record("not refused")
                return
            }
            try await simulator.setOutage(.off)
            #expect(await simulator.total() == 21)
        }
    }

    @Test func nobodyTrustsItUnasked() async throws {
        let certificate = try #require(SimulatorConfiguration.Certificate.selfMade())
        try await withSimulator(certificate, host: "127.0.0.1", trusts: false) { api, _ in
            guard case .notSent(.noConnection(let failure), _) = await api.send(SendMessage(phone: "375291234567", text: "x")) else {
                Issue.record("sent")
                return
            }
            #expect(failure.kind == .certificate)
        }
    }

    @Test func aCertificateAndAnotherKeyAreAnError() throws {
        let one = try #require(SimulatorConfiguration.Certificate.selfMade())
        let other = try #require(SimulatorConfiguration.Certificate.selfMade())
        #expect(one.key != other.key && one.certificate != other.certificate)
        var configuration = SimulatorConfiguration()
        configuration.certificate = SimulatorConfiguration.Certificate(certificate: "no PEM", key: "neither")
        #expect(throws: (any Error).self) { try SimulatorServer(configuration) }
    }
}
