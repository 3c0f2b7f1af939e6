import Requests
import RocketSMS
import SMSPipeline
import Testing

@testable import SMSWorker

/// What the provider's answers about the account mean to the pipeline.
@Suite struct GatewayEventTests {
    private func balance(_ outcome: QueryOutcome<Balance>) -> BalanceAnswer? {
        if case .balance(let answer)? = GatewayEvent(.balance(outcome), tag: 0) { answer } else { nil }
    }

    private func senders(_ outcome: QueryOutcome<[Sender]>) -> SendersAnswer? {
        if case .senders(let answer)? = GatewayEvent(.senders(outcome), tag: 0) { answer } else { nil }
    }

    /// As JSON numbers and as PHP's strings alike, to the last credit.
    @Test(arguments: [
        (#"{"credits":4400,"balance":22.00}"#, BalanceAnswer.credits(4_400)), (#"{"credits":"1","balance":"0.02"}"#, .credits(1)),
        (#"{"credits":0.0}"#, .credits(0)), (#"{"credits":"12.9"}"#, .credits(12)), (#"{"credits":-3}"#, .credits(-3)),
        (#"{"balance":22.00}"#, .failed), (#"{"credits":"many"}"#, .failed), (#"{"error":"WRONG_AUTH"}"#, .badCredentials),
        (#"{"error":"EMPTY"}"#, .credits(0)), (#"{"error":"STRANGE"}"#, .failed), ("<html>", .failed),
    ])
    func theBalanceIsANumber(body: String, expected: BalanceAnswer) {
        let decoder = ReplyDecoder(classifier: RefusalClassifier(creditCodes: ["EMPTY"]))
        let reply = Array(body.utf8).withUnsafeBytes {
            decoder.reply(to: .balance, ProviderAnswer(status: 200, wait: nil), body: $0)
        }
        guard case .balance(let outcome) = reply else {
            Issue.record("\(reply)")
            return
        }
        #expect(balance(outcome) == expected)
    }

    @Test func sendersAreUsableWhenCheckedAndRegistered() {
        let all = [
            Sender(name: "Shop", isVerified: true, isChecked: true, isRegistered: true),
            Sender(name: "AL SHOP", isVerified: false, isChecked: true, isRegistered: false),
            Sender(name: "New", isVerified: true, isChecked: false, isRegistered: true),
        ]
        #expect(senders(.answered(all)) == .usable([Array("Shop".utf8)]))
        #expect(senders(.answered([])) == .usable([]))
        #expect(senders(.refused(code: "WRONG_AUTH", .account)) == .failed(reason: "the provider answered WRONG_AUTH"))
        #expect(senders(.failed(reason: "no connection", retryAfter: nil)) == .failed(reason: "no connection"))
    }

    @Test func aTemplateHasThePartsOfItsText() {
        func templates(_ outcome: QueryOutcome<[MessageTemplate]>) -> TemplatesAnswer? {
            if case .templates(let answer)? = GatewayEvent(.templates(outcome), tag: 0) { answer } else { nil }
        }
        let long = String(repeating: "я", count: 71)
        #expect(
            templates(.answered([MessageTemplate(id: "TPL_ID_1", text: "Hello"), MessageTemplate(id: "TPL_ID_2", text: long)]))
                == .known([Array("TPL_ID_1".utf8): 1, Array("TPL_ID_2".utf8): 2]))
        #expect(templates(.answered([])) == .known([:]))
        #expect(templates(.refused(code: "WRONG_AUTH", .account)) == .failed(reason: "the provider answered WRONG_AUTH"))
        #expect(templates(.failed(reason: "no connection", retryAfter: nil)) == .failed(reason: "no connection"))
    }
}
