import RocketSMS
import RocketSMSSimulator
import TestSupport
import Testing

/// What another program sees: the public names alone, as the documentation shows them.
@Suite(.timeLimit(.minutes(3))) struct PublicFaceTests {
    @Test func theExampleOfTheDocumentation() async throws {
        let simulator = try SimulatorServer(SimulatorConfiguration())
        let password = "simulator"
        var said = ""
        let account = try RocketSMSCredentials(username: "123456789", password: password)
        let api = try RocketSMSAPI(account, baseURL: simulator.baseURL)
        switch await api.send(SendMessage(phone: "375296890043", text: "Код 1234", priority: true)) {
        case .accepted(let receipt): said = "taken as \(receipt.ids), \(receipt.status)"
        case .refused(let code, _): said = "refused: \(code)"
        case .notSent(let reason, _): said = "not sent, may be tried again: \(reason)"
        case .unknown(let reason, _): said = "may have been sent, do not repeat blindly: \(reason)"
        }
        let sends = await simulator.sends()
        #expect(said == "taken as [\"\(sends[0].id)\"], SENT")
        #expect(sends.count == 1 && sends[0].isPriority && sends[0].text == "Код 1234" && sends[0].parts == MessageParts("Код 1234").count)
        try await onThread {
            api.close()
            simulator.stop()
        }
    }

    @Test func aBaseURLThatCannotBeMeantIsAnError() throws {
        let account = try RocketSMSCredentials(username: "u", passwordMD5: String(repeating: "a", count: 32))
        #expect(throws: ProviderURLError.plaintext) { try RocketSMSAPI(account, baseURL: "http://api.rocketsms.by") }
        #expect(throws: ProviderURLError.endsInSimple(right: "https://api.rocketsms.by")) {
            try RocketSMSAPI(account, baseURL: "https://api.rocketsms.by/simple")
        }
    }

    @Test func aCallAfterTheEndIsAnswered() async throws {
        let api = try RocketSMSAPI(RocketSMSCredentials(username: "u", password: "p"), baseURL: "http://127.0.0.1:1")
        try await onThread { api.close() }
        #expect(await api.send(SendMessage(phone: "375296890043", text: "x")) == .notSent(.closed, retryAfter: nil))
        #expect(await api.bulkSend(BulkMessage(phones: ["375296890043"], text: "x")) == .notSent(.closed, retryAfter: nil))
        #expect(await api.addSender("Shop") == .notSent(.closed, retryAfter: nil))
        guard case .failed = await api.balance() else {
            Issue.record("a question was answered")
            return
        }
    }
}
