import RocketSMSSimulator
import TestSupport
import Testing

@testable import RocketSMS

/// Every call against the simulated provider, under every switch that changes what its answer looks like.
@Suite(.timeLimit(.minutes(3))) struct SimulatedAPITests {
    private func withAPI(
        _ switches: [String] = [], password: String = "simulator", change: (inout SimulatorConfiguration) -> Void = { _ in },
        body: (RocketSMSAPI, SimulatorServer) async throws -> Void
    ) async throws {
        var configuration = SimulatorConfiguration()
        for text in switches { try configuration.set(switch: text) }
        change(&configuration)
        let simulator = try SimulatorServer(configuration)
        let api = try RocketSMSAPI(RocketSMSCredentials(username: "123456789", password: password), baseURL: simulator.baseURL)
        try await body(api, simulator)
        try await onThread {
            api.close()
            simulator.stop()
        }
    }

    private static let message = SendMessage(phone: "375296890043", text: String(repeating: "ы", count: 71))

    @Test(arguments: [
        ([], "SENT", SendReceipt.Cost(credits: "2", money: "0.4")), (["id-type=string"], "SENT", .init(credits: "2", money: "0.4")),
        (["cost=absent"], "SENT", nil), (["cost=number"], "SENT", nil),
        (["send-answer=QUEUED"], "QUEUED", .init(credits: "2", money: "0.4")),
        (["queue-delay=1h"], "QUEUED", .init(credits: "2", money: "0.4")), (["cost-money=part"], "SENT", .init(credits: "2", money: "0.2")),
        (["id-start=9007199254740993"], "SENT", .init(credits: "2", money: "0.4")),
        (["content-type=text/html"], "SENT", .init(credits: "2", money: "0.4")),
    ])
    func aSendIsAccepted(switches: [String], status: String, cost: SendReceipt.Cost?) async throws {
        try await withAPI(switches + ["clock=manual"]) { api, simulator in
            let outcome = await api.send(Self.message)
            let id = await simulator.sends().first?.id ?? 0
            #expect(outcome == .accepted(SendReceipt(ids: ["\(id)"], status: status, cost: cost)))
            #expect(await api.status(id: "\(id)") == .answered(switches == ["send-answer=QUEUED"] ? "SENT" : status))
        }
    }

    @Test(arguments: [200, 400, 403, 404])
    func refusalsHaveTheirCodesWithAnyStatus(status: Int) async throws {
        try await withAPI(["error-status=\(status)", "auth-error-status=\(status)"]) { api, simulator in
            #expect(await api.send(SendMessage(phone: "12", text: "x")) == .refused(code: "BAD_PHONE", .permanent))
            #expect(await api.send(SendMessage(phone: "", text: "x")) == .refused(code: "NO_PHONE", .permanent))
            #expect(await api.send(SendMessage(phone: "375296890043", text: "")) == .refused(code: "NO_MESSAGE", .permanent))
            #expect(await api.status(id: "1") == .refused(code: "WRONG_ID", .permanent))
            #expect(await api.addSender("two words") == .refused(code: "SENDER_BAD_FORMAT", .permanent))
            #expect(await api.addSender("TwelveLetters") == .refused(code: "SENDER_TOO_LONG", .permanent))
            await simulator.setPassword("other")
            #expect(await api.send(Self.message) == .refused(code: "WRONG_AUTH", .account))
            #expect(await api.balance() == .refused(code: "WRONG_AUTH", .account))
            #expect(await api.senders() == .refused(code: "WRONG_AUTH", .account))
            #expect(await api.templates() == .refused(code: "WRONG_AUTH", .account))
            #expect(await api.bulkSend(BulkMessage(phones: ["375296890043"], text: "x")) == .refused(code: "WRONG_AUTH", .account))
            #expect(await api.addSender("Shop") == .refused(code: "WRONG_AUTH", .account))
            #expect(await simulator.total() == 0)
        }
    }

    @Test(arguments: [[], ["balance-currency=on"]])
    func theBalanceHasItsNumbers(switches: [String]) async throws {
        try await withAPI(switches) {
            $0.credits = 4_400
        } body: { api, simulator in
            #expect(await api.balance() == .answered(Balance(credits: 4_400, money: "880.00")))
            _ = await api.send(Self.message)
            #expect(await api.balance() == .answered(Balance(credits: 4_398, money: "879.60")))
            await simulator.setCredits(0)
            #expect(await api.balance() == .answered(Balance(credits: 0, money: "0.00")))
        }
    }

    @Test(arguments: [("added-sender=pending", false), ("added-sender=approved", true)])
    func aSenderIsAdded(switch: String, isApproved: Bool) async throws {
        try await withAPI([`switch`]) {
            $0.senders = [SenderName("AL SHOP", isChecked: true, isRegistered: false)]
        } body: { api, _ in
            #expect(await api.addSender("My-Shop.by") == .done)
            #expect(await api.addSender("My-Shop.by") == .refused(code: "SENDER_ALREADY_ADDED", .permanent))
            #expect(
                await api.senders()
                    == .answered([
                        Sender(name: "AL SHOP", isVerified: false, isChecked: true, isRegistered: false),
                        Sender(name: "My-Shop.by", isVerified: isApproved, isChecked: isApproved, isRegistered: isApproved),
                    ]))
        }
    }

    @Test(arguments: ["template-key=tpl_id", "template-key=tplid"])
    func templatesAreListed(switch: String) async throws {
        try await withAPI([`switch`]) {
            $0.templates = [MessageTemplate(tag: "TPL_ID_1", text: "Hello"), MessageTemplate(tag: "TPL_ID_2", text: "Код \"{code}\"")]
        } body: { api, _ in
            #expect(
                await api.templates()
                    == .answered([
                        RocketSMS.MessageTemplate(id: "TPL_ID_1", text: "Hello"),
                        RocketSMS.MessageTemplate(id: "TPL_ID_2", text: "Код \"{code}\""),
                    ]))
        }
    }

    @Test(arguments: ["array", "object", "null"])
    func noTemplatesAreNoFailure(form: String) async throws {
        try await withAPI(["empty-templates=\(form)"]) {
            $0.templates = []
            $0.senders = []
        } body: { api, _ in
            #expect(await api.templates() == .answered([]))
            #expect(await api.senders() == .answered([]))
        }
    }

    /// Three thousand Cyrillic texts: more than any other answer may have.
    @Test func aLongListIsRead() async throws {
        try await withAPI {
            $0.templates = (1...3_000).map { MessageTemplate(tag: "TPL_ID_\($0)", text: String(repeating: "ы", count: 140)) }
        } body: { api, _ in
            guard case .answered(let templates) = await api.templates() else {
                Issue.record("no answer")
                return
            }
            #expect(templates.count == 3_000)
        }
    }

    private static let phones = ["375296890043", "12", "375296890044"]

    @Test(arguments: [["bulk-order=request"], ["bulk-order=reverse"], ["bulk-cost=on"], ["id-type=string"]])
    func aBulkSendHasAnItemForEachPhone(switches: [String]) async throws {
        try await withAPI(switches) { api, simulator in
            let outcome = await api.bulkSend(BulkMessage(phones: Self.phones, text: "Всем & всем", sender: "Simulator"))
            let sends = await simulator.sends()
            #expect(sends.map(\.phone) == [Self.phones[0], Self.phones[2]])
            #expect(sends.allSatisfy { $0.isBulk && $0.text == "Всем & всем" && $0.senderUsed == "Simulator" })
            let cost = switches == ["bulk-cost=on"] ? SendReceipt.Cost(credits: "1", money: "0.2") : nil
            let receipts = sends.map { BulkOutcome.Item.accepted(SendReceipt(ids: ["\($0.id)"], status: "SENT", cost: cost)) }
            let items = [receipts[0], .refused(code: "BAD_PHONE", .permanent), receipts[1]]
            #expect(outcome == .answered(switches == ["bulk-order=reverse"] ? items.reversed() : items))
        }
    }

    @Test func aBulkSendIsRefusedAsAWhole() async throws {
        try await withAPI(["bulk-bad-phone=whole"]) { api, simulator in
            #expect(await api.bulkSend(BulkMessage(phones: Self.phones, text: "x")) == .refused(code: "BAD_PHONE", .permanent))
            #expect(await api.bulkSend(BulkMessage(phones: [], text: "x")) == .refused(code: "NO_PHONE", .permanent))
            #expect(await simulator.total() == 0)
        }
        try await withAPI(["bulk=off"]) { api, _ in
            #expect(await api.bulkSend(BulkMessage(phones: ["375296890043"], text: "x")) == .notSent(.front(status: 404), retryAfter: nil))
        }
    }

    @Test func aLostAnswerToABulkSendOrASenderIsUnknown() async throws {
        try await withAPI { api, simulator in
            try await simulator.change(FaultChange(FaultRule(.replyLost)))
            #expect(await api.bulkSend(BulkMessage(phones: ["375296890043"], text: "x")) == .unknown(.closedByPeer))
            try await simulator.change(FaultChange(FaultRule(.replyLost)))
            #expect(await api.addSender("Shop") == .unknown(.closedByPeer))
            #expect(await api.addSender("Shop") == .refused(code: "SENDER_ALREADY_ADDED", .permanent))
        }
    }
}
