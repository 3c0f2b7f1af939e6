import RocketSMSSimulator
import TestSupport
import Testing

@Suite struct SendTests {
    @Test func theFirstAnswerIsTheVendorsExample() async throws {
        let fixture = try SimulatorFixture("id-start=8767")
        defer { fixture.stop() }
        #expect(await fixture.send("phone=375291234567&text=hi") == #"{"id":8767,"status":"SENT","cost":{"credits":1,"money":0.2}}"#)
        #expect(await fixture.send("phone=375291234567&text=hi") == #"{"id":8768,"status":"SENT","cost":{"credits":1,"money":0.2}}"#)
    }

    /// As in use: clients that read numbers as Double get their own messages' statuses. The switch makes ids that find them out.
    @Test(arguments: [([], 40_000_001), (["id-start=9007199254740993"], 9_007_199_254_740_993)] as [([String], Int64)])
    func idsHaveEightDigitsUnlessTheyShallNotFitADouble(switches: [String], id: Int64) async throws {
        let fixture = try SimulatorFixture { configuration in for text in switches { try? configuration.set(switch: text) } }
        defer { fixture.stop() }
        #expect(await fixture.send("phone=375291234567&text=hi").contains(#""id":\#(id),"#))
        #expect(await fixture.call("status", "id=\(id)") == #"{"id":\#(id),"status":"SENT"}"#)
        #expect((Int64(exactly: Double(id)) == id) == switches.isEmpty)
    }

    /// Clients send it escaped, and not.
    @Test(arguments: ["%2B375291234567", "+375291234567"]) func aLeadingPlusIsStripped(phone: String) async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        #expect(await fixture.send("phone=\(phone)&text=hi").contains(#""status":"SENT""#))
        #expect(await fixture.simulator.sends().map(\.phone) == ["375291234567"])
        #expect(await fixture.send("phone=++375291234567&text=hi") == #"{"error":"BAD_PHONE"}"#)
    }

    @Test(arguments: [
        ("true", true), ("True", true), ("TRUE", true), ("1", true), ("0", false), ("false", false), ("False", false), ("", false),
        ("yes", false),
    ])
    func priorityIsOnInTheFormsThatAreSeen(value: String, isOn: Bool) async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        _ = await fixture.send("phone=375291234567&text=hi&priority=\(value)")
        #expect(await fixture.simulator.sends().map(\.isPriority) == [isOn])
    }

    @Test func aLongSenderIsKeptWhole() async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        let name = String(repeating: "Ы", count: 40_000)
        _ = await fixture.outcome("send", "phone=375291234567&text=hi&sender=\(name)")
        _ = await fixture.send("phone=375291234567&text=next")
        let sends = await fixture.simulator.sends()
        #expect(sends.map(\.sender) == [name, ""] && sends.map(\.text) == ["hi", "next"])
    }

    @Test func parametersComeByBodyQueryOrBothAndTheBodyWins() async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        let query = "/simple/send?\(SimulatorFixture.login)&phone=375291234567&text=a%20b%2Bc+d"
        #expect(await fixture.raw("POST", query).reply?.status == 200)
        #expect(await fixture.raw("GET", query).reply?.status == 200)
        #expect(await fixture.raw("PUT", query).reply?.status == 200)
        let form = "Content-Type: application/x-www-form-urlencoded; charset=utf-8"
        #expect(await fixture.raw("POST", query, headers: [form], body: "text=body").reply?.status == 200)
        #expect(await fixture.raw("POST", query, body: "text=untyped").reply?.status == 200)
        #expect(await fixture.raw("POST", query, headers: ["Content-Type: multipart/form-data"], body: "text=x").reply?.status == 200)
        let texts = await fixture.simulator.sends().map(\.text)
        #expect(texts == ["a b+c d", "a b+c d", "a b+c d", "body", "untyped", "a b+c d"])
    }

    @Test func theRecordHasWhatWasSent() async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        _ = await fixture.send("phone=375296890043&text=%D0%9A%D0%BE%D0%B4+1%2634&sender=Simulator&priority=true&timestamp=4102444800")
        _ = await fixture.send("phone=0012345678&text=hi&sender=&priority=0")
        _ = await fixture.send("phone=375296890043&text=hi&sender=Nobody&priority=1&extra=1")
        let sends = await fixture.simulator.sends()
        #expect(sends.map(\.sequence) == [1, 2, 3])
        #expect(sends.map(\.phone) == ["375296890043", "0012345678", "375296890043"])
        #expect(sends.map(\.text) == ["Код 1&34", "hi", "hi"])
        #expect(sends.map(\.sender) == ["Simulator", "", "Nobody"])
        #expect(sends.map(\.senderUsed) == ["Simulator", "Simulator", "Simulator"])
        #expect(sends.map(\.timestamp) == [4_102_444_800, nil, nil])
        #expect(sends.map(\.isPriority) == [true, false, true])
        #expect(sends.map(\.status) == ["QUEUED", "SENT", "SENT"])
        #expect(sends.map(\.parts) == [1, 1, 1])
    }

    @Test(arguments: [
        ("", "NO_PHONE"), ("phone=375291234567", "NO_MESSAGE"), ("text=a", "NO_PHONE"), ("phone=&text=a", "NO_PHONE"),
        ("phone=375291234567&text=", "NO_MESSAGE"), ("phone=12a45678&text=a", "BAD_PHONE"), ("phone=1234567&text=a", "BAD_PHONE"),
        ("phone=1234567890123456&text=a", "BAD_PHONE"), ("phone=37529%2B1234567&text=a", "BAD_PHONE"),
        ("phone=375291234567&text=a&timestamp=soon", "BAD_TIMESTAMP"), ("phone=123&text=a&timestamp=soon", "BAD_PHONE"),
    ])
    func errorsComeAs200InTheOrderOfTheChecks(form: String, code: String) async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        let reply = try #require(await fixture.outcome("send", form).reply)
        #expect(reply.status == 200)
        #expect(reply.text == #"{"error":"\#(code)"}"#)
        #expect(await fixture.simulator.total() == 0)
    }

    @Test(arguments: [
        "", "username=123456789", "password=\(SimulatorFixture.md5)", "username=1&password=\(SimulatorFixture.md5)",
        "username=123456789&password=simulator", "username=123456789&password=a9d9", "login=123456789&password=\(SimulatorFixture.md5)",
    ])
    func wrongCredentialsComeFirst(login: String) async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        for path in ["send", "bulkSend", "status", "balance", "senders", "senders/add", "templates"] {
            #expect(await fixture.raw("POST", "/simple/\(path)?\(login)").reply?.text == #"{"error":"WRONG_AUTH"}"#)
        }
    }

    @Test func creditsAreChargedByPartsAndRunOut() async throws {
        let fixture = try SimulatorFixture { $0.credits = 5 }
        defer { fixture.stop() }
        let long = String(repeating: "a", count: 161)
        #expect(await fixture.send("phone=375291234567&text=\(long)").hasSuffix(#""cost":{"credits":2,"money":0.4}}"#))
        let cyrillic = String(repeating: "%D0%9A", count: 135)
        #expect(await fixture.send("phone=375291234567&text=\(cyrillic)").hasSuffix(#""cost":{"credits":3,"money":0.6}}"#))
        #expect(await fixture.send("phone=375291234567&text=a") == #"{"error":"NO_CREDITS"}"#)
        #expect(await fixture.call("balance") == #"{"credits":0,"balance":0.00}"#)
        await fixture.simulator.setCredits(4_400)
        #expect(await fixture.call("balance") == #"{"credits":4400,"balance":880.00}"#)
    }

    @Test func aTemplateIsReplacedForTheCount() async throws {
        let fixture = try SimulatorFixture { $0.templates = [MessageTemplate(tag: "TPL_ID_7", text: String(repeating: "я", count: 71))] }
        defer { fixture.stop() }
        #expect(await fixture.send("phone=375291234567&text=TPL_ID_7").contains(#""credits":2"#))
        #expect(await fixture.send("phone=375291234567&text=TPL_ID_8").contains(#""credits":1"#))
        #expect(await fixture.simulator.sends().map(\.text) == ["TPL_ID_7", "TPL_ID_8"])
        #expect(await fixture.call("templates") == #"[{"tpl_id":"TPL_ID_7","text":"\#(String(repeating: "я", count: 71))"}]"#)
    }

    @Test func bulkSendAnswersInTheOrderOfThePhones() async throws {
        let fixture = try SimulatorFixture("id-start=8767")
        defer { fixture.stop() }
        let body = await fixture.call("bulkSend", "text=a&phones[]=375291234567&phones%5B1%5D=12&phones[2]=375291234568")
        #expect(body == #"[{"id":8767,"status":"SENT"},{"error":"BAD_PHONE"},{"id":8768,"status":"SENT"}]"#)
        #expect(await fixture.call("bulkSend", "text=a") == #"{"error":"NO_PHONE"}"#)
        #expect(await fixture.call("bulkSend", "phones[]=375291234567") == #"{"error":"NO_MESSAGE"}"#)
        #expect(await fixture.simulator.sends().map(\.isBulk) == [true, true])
    }

    @Test func anUnknownPathIsNoJSON() async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        let reply = try #require(await fixture.raw("GET", "/simple/nothing").reply)
        #expect(reply.status == 404)
        #expect(reply.headers["content-type"] == "text/html")
    }

    @Test func manyClientsGetDifferentIds() async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        let port = fixture.simulator.port
        let bodies = try await withThrowingTaskGroup(of: [String].self) { group in
            for client in 0..<8 {
                group.addTask {
                    let probe = try HTTPProbe(port: port)
                    var bodies: [String] = []
                    for number in 0..<50 {
                        let form = "\(SimulatorFixture.login)&phone=3752900\(client)\(number + 10_00)&text=\(client)-\(number)"
                        bodies.append(await probe.post("/simple/send", form: form).reply?.text ?? "")
                    }
                    return bodies
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(bodies).count == 400)
        let sends = await fixture.simulator.sends()
        #expect(Set(sends.map(\.text)).count == 400)
        for send in sends { #expect(bodies.contains { $0.hasPrefix(#"{"id":\#(send.id),"#) }) }
    }
}
