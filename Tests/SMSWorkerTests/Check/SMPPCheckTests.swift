import Connect
import RocketSMSSimulator
import SMPP
import TestSupport
import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct SMPPCheckTests {
    private func lines(_ facts: SMPPFacts) -> [CheckLine] {
        let settings = SMPPSettings(host: "smpp.example", port: 2_775, isTLS: true, systemID: "shop", password: SecretText("secret"))
        return SMPPCheck(settings, facts).lines
    }

    private func results(_ lines: [CheckLine]) -> [String] { lines.map { "\($0.subject.rawValue) \($0.result.rawValue)" } }

    @Test func aBindIsAllThereIsToSee() {
        #expect(results(lines(.bound)) == ["provider ok", "credentials ok", "senders unasked", "clock unasked"])
    }

    @Test func ofAPairTheReceiverIsNotTried() {
        var settings = SMPPSettings(host: "smpp.example", port: 2_775, isTLS: true, systemID: "shop", password: SecretText("secret"))
        settings.isPair = true
        #expect(SMPPCheck(settings, .bound).lines[1].sentence.contains("the receiver's bind is not tried"))
    }

    @Test(arguments: [
        (CommandStatus.invalidPassword, "SMPP_PASSWORD"), (.invalidSystemID, "SMPP_SYSTEM_ID"), (.bindFailed, "has all its binds"),
        (.alreadyBound, "each replica needs one"), (.systemError, "the provider's support"),
    ])
    func aRefusalIsTheAccounts(status: CommandStatus, remedy: String) throws {
        let lines = lines(.failed(.refused(BindRefusal(status, wasBoundLately: false), status)))
        try #require(results(lines) == ["provider ok", "credentials finding", "senders unasked", "clock unasked"])
        #expect(lines[1].sentence.contains("\(status)") && lines[1].remedy?.contains(remedy) == true)
    }

    @Test(arguments: [
        (ConnectFailure.Kind.name, "SMPP_HOST"), (.refused, "SMPP_PORT"), (.timeout, "firewall"), (.certificate, "authority"),
        (.tls, "SMPP_TLS"),
    ])
    func whereNoConnectionComesAboutNoBindIsTried(kind: ConnectFailure.Kind, remedy: String) throws {
        let lines = lines(.failed(.connect(ConnectFailure(kind))))
        try #require(results(lines) == ["provider finding", "credentials unasked", "senders unasked", "clock unasked"])
        #expect(lines[0].sentence.contains("smpp.example") && lines[0].remedy?.contains(remedy) == true)
    }

    @Test func whatAnswersNothingMayBeNoMessageCentre() {
        for facts in [SMPPFacts.silent, .failed(.ended(.bindTimeout)), .failed(.ended(.connectionLost))] {
            #expect(lines(facts)[0].result == .finding && lines(facts)[0].remedy?.contains("is it SMPP") == true)
        }
    }

    // MARK: At a message centre

    private func ask(_ password: String = "simulator", at port: Int) async throws -> SMPPFacts {
        let settings = SMPPSettings(host: "127.0.0.1", port: port, isTLS: false, systemID: "123456789", password: SecretText(password))
        return try await SMPPProbe.ask(settings, within: .seconds(3))
    }

    @Test(.timeLimit(.minutes(1))) func itBindsOnceAndUnbinds() async throws {
        var configuration = SimulatorConfiguration()
        configuration.port = FreePort.next()
        configuration.smppPort = 0
        try configuration.set(switch: "smpp-bind-limit=1")
        let simulator = try SimulatorServer(configuration)
        let port = try #require(simulator.smppPort)
        // The second would find no bind free, had the first not unbound.
        for _ in 0..<2 { #expect(try await ask(at: port) == .bound) }
        #expect(try await ask("another", at: port) == .failed(.refused(.credentials, .invalidPassword)))
        try await onThread { simulator.stop() }
        if case .failed(.connect) = try await ask(at: port) {} else { Issue.record("nobody listens") }
    }

    @Test(.timeLimit(.minutes(1))) func whoSaysNothingIsNotWaitedForWithoutEnd() async throws {
        let silent = try ScriptedServer { $0.awaitClose() }
        defer { silent.stop() }
        let facts = try await ask(at: silent.port)
        #expect(facts == .failed(.ended(.bindTimeout)) || facts == .failed(.ended(.connectionLost)))
    }

    @Test func aPasswordThatCannotBeWrittenIsAnError() async throws {
        await #expect(throws: (any Error).self) { try await ask(String(repeating: "x", count: 300), at: 1) }
    }
}
