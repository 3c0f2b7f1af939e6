import Testing

@testable import RocketSMS

/// Forms that PHP, and nobody else, gives to numbers, flags and lists.
@Suite struct ForeignFormsTests {
    private func reply(_ request: ProviderRequest, _ body: String, status: Int = 200) -> Reply {
        Array(body.utf8).withUnsafeBytes {
            ReplyDecoder(classifier: RefusalClassifier()).reply(to: request, ProviderAnswer(status: status, wait: nil), body: $0)
        }
    }

    @Test(
        arguments: [
            (#"{"credits":4400,"balance":22.00}"#, 4_400, "22.00"), (#"{"credits":"4400","balance":"22.00"}"#, 4_400, "22.00"),
            (#"{"credits":0.0,"balance":0.0}"#, 0, "0.0"), (#"{"credits":"0.00","balance":"0"}"#, 0, "0"), (#"{"credits":12.9}"#, 12, nil),
            (#"{"credits":"-3","balance":"-0.60"}"#, -3, "-0.60"), (#"{"credits":null,"balance":"22.00"}"#, nil, "22.00"),
            (#"{"credits":1e3,"balance":"1,5"}"#, 1_000, nil), (#"{"credits":"many","balance":1}"#, nil, "1"),
            (#"{"credits":99999999999999999999,"balance":1}"#, nil, "1"),
        ] as [(String, Int64?, String?)])
    func balances(body: String, credits: Int64?, money: String?) {
        #expect(reply(.balance, body) == .balance(.answered(Balance(credits: credits, money: money))))
    }

    @Test(arguments: [#"{"credits":"many"}"#, "{}", "[]", "<html>", "", #"{"credits":[1]}"#])
    func whatIsNoBalance(body: String) {
        guard case .balance(.failed) = reply(.balance, body) else {
            Issue.record("\(reply(.balance, body))")
            return
        }
    }

    @Test(
        arguments: [
            (#"{"credits":"1","money":"0.20"}"#, SendReceipt.Cost(credits: "1", money: "0.20")),
            (#"{"credits":1}"#, .init(credits: "1", money: nil)),
            (#"{"money":"x"}"#, nil), ("0.2", nil), ("[]", nil), ("null", nil), (#""0.2""#, nil),
        ] as [(String, SendReceipt.Cost?)])
    func costs(cost: String, expected: SendReceipt.Cost?) {
        let outcome = reply(.send(ClientFixture.message), #"{"id":"8767","status":"sent","cost":\#(cost)}"#)
        #expect(outcome == .send(.accepted(SendReceipt(ids: ["8767"], status: "sent", cost: expected))))
    }

    private static let shop = Sender(name: "Shop", isVerified: true, isChecked: true, isRegistered: true)
    private static let wait = Sender(name: "375", isVerified: false, isChecked: true, isRegistered: false)

    @Test(arguments: [
        #"[{"sender":"Shop","verified":true,"checked":true,"registered":true},{"sender":"375","verified":false,"checked":true,"registered":false}]"#,
        #"[{"sender":"Shop","verified":1,"checked":"1","registered":"TRUE"},{"sender":375,"verified":0,"checked":1,"registered":""}]"#,
        #"{"0":{"sender":"Shop","verified":true,"checked":true,"registered":true},"7":{"sender":"375","checked":"true"}}"#,
        #"[{"sender":"Shop","verified":true,"checked":true,"registered":true},null,{"name":"x"},7,{"sender":"375","checked":"true"}]"#,
    ])
    func senders(body: String) {
        #expect(reply(.senders, body) == .senders(.answered([Self.shop, Self.wait])))
    }

    @Test(arguments: [#"["Shop"]"#, #"{"Shop":{"sender":"Shop"}}"#, "7", #""x""#, "<html>"])
    func whatIsNoList(body: String) {
        guard case .senders(.failed) = reply(.senders, body) else {
            Issue.record("\(reply(.senders, body))")
            return
        }
    }

    @Test func aRefusalOfAListIsNoList() {
        #expect(reply(.senders, #"{"error":"WRONG_AUTH"}"#) == .senders(.refused(code: "WRONG_AUTH", .account)))
        #expect(
            reply(.templates, #"{"error":"X"}"#, status: 500)
                == .templates(.failed(reason: "HTTP 500 with an error code that is not known", retryAfter: nil)))
    }

    @Test(arguments: [#"[{"tpl_id":"TPL_ID_1","text":"7"}]"#, #"{"3":{"tplid":"TPL_ID_1","text":7}}"#])
    func templates(body: String) {
        #expect(reply(.templates, body) == .templates(.answered([MessageTemplate(id: "TPL_ID_1", text: "7")])))
    }

    @Test(arguments: [#"{"id":3334,"status":"QUEUED"}"#, #"{"id":"3334","status":"QUEUED"}"#, #"{"status":"QUEUED"}"#])
    func statuses(body: String) {
        #expect(reply(.status(id: "3334"), body) == .status(.answered("QUEUED")))
    }

    @Test func theStatusOfAnotherMessageIsNone() {
        guard case .status(.failed(let reason, nil)) = reply(.status(id: "3334"), #"{"id":3335,"status":"QUEUED"}"#) else {
            Issue.record("taken")
            return
        }
        #expect(reason == "HTTP 200 with the status of another message")
    }

    @Test(arguments: [#"{"status":"OK"}"#, #"{"status":"ok"}"#])
    func aSenderIsAdded(body: String) { #expect(reply(.addSender(name: "x"), body) == .senderAdded(.done)) }

    @Test func bulkItems() {
        let request = ProviderRequest.bulkSend(BulkMessage(phones: ["1", "2", "3"], text: "x"))
        let body = #"{"0":{"id":"8767","status":"SENT"},"1":{"error":"BAD_PHONE"},"2":{"error":"who knows"}}"#
        let items: [BulkOutcome.Item] = [
            .accepted(SendReceipt(ids: ["8767"], status: "SENT", cost: nil)), .refused(code: "BAD_PHONE", .permanent), .unclear,
        ]
        #expect(reply(request, body) == .bulk(.answered(items)))
        for body in ["[]", #"[{"id":1}]"#, #"{"error":"oh no"}"#, "null"] {
            guard case .bulk(.unknown) = reply(request, body) else {
                Issue.record("\(body): \(reply(request, body))")
                continue
            }
        }
        #expect(reply(request, #"{"error":"NO_MESSAGE"}"#) == .bulk(.refused(code: "NO_MESSAGE", .permanent)))
    }
}
