import JSON
import RocketSMSSimulator
import TestSupport
import Testing
import Time

/// Every switch makes the difference that it promises.
@Suite struct SwitchTests {
    /// A request whose answer differs with the switch.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var value: String
        var request: @Sendable (SimulatorFixture) async throws -> String
        var off: String
        var on: String

        var testDescription: String { "\(name)=\(value)" }
    }

    private static let phone = "phone=375291234567"

    private static func send(_ name: String, _ value: String, _ form: String, off: String, on: String) -> Case {
        Case(name: name, value: value, request: { await $0.send(form) }, off: off, on: on)
    }

    private static func call(_ name: String, _ value: String, _ path: String, _ form: String, off: String, on: String) -> Case {
        Case(name: name, value: value, request: { await $0.call(path, form) }, off: off, on: on)
    }

    private static func status(_ name: String, _ value: String, _ method: String, _ target: String, off: String, on: String) -> Case {
        Case(name: name, value: value, request: { "\(await $0.raw(method, target).reply?.status ?? 0)" }, off: off, on: on)
    }

    private static func error(_ code: String) -> String { #"{"error":"\#(code)"}"# }

    private static func sent(
        _ id: Int = 40_000_001, status: String = "SENT", credits: Int = 1, money: String = "0.2"
    ) -> String {
        #"{"id":\#(id),"status":"\#(status)","cost":{"credits":\#(credits),"money":\#(money)}}"#
    }

    private static let login = SimulatorFixture.login
    private static let plain = "username=123456789&password=simulator"
    private static let upper = "username=123456789&password=\(SimulatorFixture.md5.uppercased())"
    private static let hi = "\(phone)&text=hi"
    private static let long = "\(phone)&text=\(String(repeating: "a", count: 2_000))"
    private static let json = #"{"username":123456789,"password":"\#(SimulatorFixture.md5)","phone":"375291234567","text":"hi"}"#

    /// Replies with `request` after a send, an advance of 10 s, and, before both, with the clock at a standstill.
    private static func later(
        _ name: String, _ value: String, _ path: String, _ form: String, off: String, on: String
    ) -> Case {
        let request: @Sendable (SimulatorFixture) async throws -> String = { fixture in
            _ = await fixture.send(hi)
            await fixture.simulator.advance(by: .seconds(10))
            return await fixture.call(path, form)
        }
        return Case(name: name, value: value, request: request, off: off, on: on)
    }

    private static let firstID = "id=40000001"

    private static func atID(_ status: String) -> String { #"{"id":40000001,"status":"\#(status)"}"# }

    static let cases: [Case] = [
        status("methods", "strict", "GET", "/simple/send?\(login)&\(hi)", off: "200", on: "405"),
        Case(
            name: "parameter-precedence", value: "query",
            request: { fixture in
                let target = "/simple/send?\(login)&\(phone)&text=query"
                _ = await fixture.raw("POST", target, body: "text=body")
                return await fixture.simulator.sends().first?.text ?? ""
            }, off: "body", on: "query"),
        Case(
            name: "body-on-get", value: "ignore",
            request: { await $0.raw("GET", "/simple/send", body: "\(login)&\(hi)").reply?.text ?? "" },
            off: sent(), on: error("WRONG_AUTH")),
        Case(
            name: "json-body", value: "read",
            request: { fixture in
                await fixture.raw("POST", "/simple/send", headers: ["Content-Type: application/json"], body: json).reply?.text ?? ""
            }, off: error("WRONG_AUTH"), on: sent()),
        status("unknown-path-status", "200", "GET", "/nothing", off: "404", on: "200"),
        Case(
            name: "json-alias", value: "on",
            request: { "\(await $0.raw("POST", "/json/send", body: "\(plain)&\(hi)").reply?.status ?? 0)" },
            off: "404", on: "200"),
        status("bulk", "off", "POST", "/simple/bulkSend", off: "200", on: "404"),
        status("error-status", "400", "GET", "/simple/status?\(login)", off: "200", on: "400"),
        status("auth-error-status", "401", "GET", "/simple/status", off: "200", on: "401"),
        Case(
            name: "content-type", value: "text/html", request: { await $0.outcome("balance", "").reply?.headers["content-type"] ?? "" },
            off: "application/json", on: "text/html"),
        send(
            "id-type", "string", hi, off: sent(),
            on: #"{"id":"40000001","status":"SENT","cost":{"credits":1,"money":0.2}}"#),
        send("id-start", "8767", hi, off: sent(), on: sent(8_767)),
        Case(
            name: "id-step", value: "10",
            request: { fixture in
                _ = await fixture.send(hi)
                return await fixture.send(hi)
            }, off: sent(40_000_002), on: sent(40_000_011)),
        Case(
            name: "md5-case", value: "strict", request: { await $0.raw("POST", "/simple/send", body: "\(upper)&\(hi)").reply?.text ?? "" },
            off: sent(), on: error("WRONG_AUTH")),
        Case(
            name: "plain-password", value: "accept",
            request: { await $0.raw("POST", "/simple/send", body: "\(plain)&\(hi)").reply?.text ?? "" },
            off: error("WRONG_AUTH"), on: sent()),
        Case(
            name: "missing-credentials-code", value: "NO_LOGIN",
            request: { await $0.raw("GET", "/simple/balance?username=123456789").reply?.text ?? "" },
            off: error("WRONG_AUTH"), on: error("NO_LOGIN")),
        Case(
            name: "credentials-check", value: "last", request: { await $0.raw("POST", "/simple/send", body: "text=hi").reply?.text ?? "" },
            off: error("WRONG_AUTH"), on: error("NO_PHONE")),
        send("check-order", "phone", "phone=1", off: error("NO_MESSAGE"), on: error("BAD_PHONE")),
        send("check-order", "text", "", off: error("NO_PHONE"), on: error("NO_MESSAGE")),
        send("phone-format", "strict", "phone=%2B375291234567&text=hi", off: sent(), on: error("BAD_PHONE")),
        send("phone-format", "lenient", "phone=%2B375+(29)+123-45-67&text=hi", off: error("BAD_PHONE"), on: sent()),
        send("phone-minimum-digits", "13", hi, off: sent(), on: error("BAD_PHONE")),
        send("phone-maximum-digits", "11", hi, off: sent(), on: error("BAD_PHONE")),
        send("belarus-numbers", "mobile", "phone=375171234567&text=hi", off: sent(), on: error("BAD_PHONE")),
        send("foreign-numbers", "refuse", "phone=79161234567&text=hi", off: sent(), on: error("BAD_PHONE")),
        send("unknown-template", "error", "\(phone)&text=TPL_ID_404", off: sent(), on: error("BAD_TEMPLATE")),
        send("bad-timestamp", "accept", "\(hi)&timestamp=soon", off: error("BAD_TIMESTAMP"), on: sent()),
        send("bad-timestamp-code", "WHEN", "\(hi)&timestamp=soon", off: error("BAD_TIMESTAMP"), on: error("WHEN")),
        send("past-timestamp", "error", "\(hi)&timestamp=0", off: sent(), on: error("BAD_TIMESTAMP")),
        send(
            "timestamp-horizon", "24h", "\(hi)&timestamp=32503680000", off: sent(status: "QUEUED"), on: error("BAD_TIMESTAMP")),
        send("parts-rule", "by67", "\(phone)&text=\(String(repeating: "a", count: 68))", off: sent(), on: sent(credits: 2, money: "0.4")),
        send("maximum-parts", "14", long, off: error("TOO_LONG"), on: sent(credits: 14, money: "2.8")),
        send("too-long", "accept", long, off: error("TOO_LONG"), on: sent(credits: 14, money: "2.8")),
        send("too-long-code", "LONG", long, off: error("TOO_LONG"), on: error("LONG")),
        send("unapproved-sender", "error", "\(hi)&sender=NotYet", off: sent(), on: error("BAD_SENDER")),
        Case(
            name: "deduplication-window", value: "1h",
            request: { fixture in
                _ = await fixture.send(hi)
                return await fixture.send(hi)
            }, off: sent(40_000_002), on: sent()),
        send("send-answer", "QUEUED", hi, off: sent(), on: sent(status: "QUEUED")),
        call(
            "bulk-maximum", "1", "bulkSend", "text=a&phones[]=375291234567&phones[]=375291234567",
            off: #"[\#(atID("SENT")),{"id":40000002,"status":"SENT"}]"#, on: error("BAD_PHONE")),
        Case(
            name: "bulk-maximum-code", value: "TOO_MANY",
            request: { fixture in
                try await fixture.control("switches", #"{"bulk-maximum": "1"}"#)
                return await fixture.call("bulkSend", "text=a&phones[]=375291234567&phones[]=375291234568")
            }, off: error("BAD_PHONE"), on: error("TOO_MANY")),
        call(
            "bulk-order", "reverse", "bulkSend", "text=a&phones[]=375291234567&phones[]=1",
            off: #"[\#(atID("SENT")),{"error":"BAD_PHONE"}]"#, on: #"[{"error":"BAD_PHONE"},\#(atID("SENT"))]"#),
        call(
            "bulk-bad-phone", "whole", "bulkSend", "text=a&phones[]=375291234567&phones[]=1",
            off: #"[\#(atID("SENT")),{"error":"BAD_PHONE"}]"#, on: error("BAD_PHONE")),
        call(
            "bulk-cost", "on", "bulkSend", "text=a&phones[]=375291234567", off: "[\(atID("SENT"))]", on: "[\(sent())]"),
        Case(
            name: "no-credits", value: "accept",
            request: { fixture in
                await fixture.simulator.setCredits(0)
                return await fixture.send(hi)
            }, off: error("NO_CREDITS"), on: sent()),
        Case(
            name: "no-credits-code", value: "EMPTY",
            request: { fixture in
                await fixture.simulator.setCredits(0)
                return await fixture.send(hi)
            }, off: error("NO_CREDITS"), on: error("EMPTY")),
        send("price", "55", hi, off: sent(), on: sent(money: "0.055")),
        send("cost", "number", hi, off: sent(), on: #"{"id":40000001,"status":"SENT","cost":0.2}"#),
        send("cost", "absent", hi, off: sent(), on: atID("SENT")),
        send(
            "cost-money", "part", "\(phone)&text=\(String(repeating: "a", count: 161))", off: sent(credits: 2, money: "0.4"),
            on: sent(credits: 2)),
        Case(
            name: "refund-on-failed", value: "on",
            request: { fixture in
                try await fixture.control("faults", #"{"fates":{"final":"FAILED"}}"#)
                _ = await fixture.send(hi)
                await fixture.simulator.advance(by: .seconds(60))
                _ = await fixture.call("balance")
                return await fixture.call("balance")
            }, off: #"{"credits":999999,"balance":199999.80}"#, on: #"{"credits":1000000,"balance":200000.00}"#),
        call(
            "balance-currency", "on", "balance", "", off: #"{"credits":1000000,"balance":200000.00}"#,
            on: #"{"credits":1000000,"balance":200000.00,"currency":"BYN"}"#),
        call("bad-id-code", "BAD_ID", "status", "id=x", off: error("WRONG_ID"), on: error("BAD_ID")),
        later("retention", "9s", "status", firstID, off: atID("DELIVERED"), on: error("WRONG_ID")),
        Case(
            name: "failed-as", value: "EXPIRED",
            request: { fixture in
                try await fixture.control("faults", #"{"fates":{"final":"FAILED"}}"#)
                _ = await fixture.send(hi)
                await fixture.simulator.advance(by: .seconds(60))
                return await fixture.call("status", firstID)
            }, off: atID("FAILED"), on: atID("EXPIRED")),
        call(
            "sender-check-first", "format", "senders/add", "sender=my+very+long+shop", off: error("SENDER_TOO_LONG"),
            on: error("SENDER_BAD_FORMAT")),
        call("sender-empty-code", "NO_SENDER", "senders/add", "", off: error("SENDER_EMPTY"), on: error("NO_SENDER")),
        call(
            "sender-case", "any", "senders/add", "sender=SIMULATOR", off: #"{"status":"OK"}"#, on: error("SENDER_ALREADY_ADDED")),
        Case(
            name: "added-sender", value: "approved",
            request: { fixture in
                _ = await fixture.call("senders/add", "sender=MyShop")
                return await fixture.call("senders").contains(#"{"sender":"MyShop","verified":true"#) ? "verified" : "not"
            }, off: "not", on: "verified"),
        Case(
            name: "general-sender", value: "General",
            request: { fixture in
                try await fixture.control("senders", #"{"clear":true}"#)
                _ = await fixture.send(hi)
                return await fixture.simulator.sends().first?.senderUsed ?? ""
            }, off: "RSMS.BY", on: "General"),
        call(
            "template-key", "tplid", "templates", "", off: #"[{"tpl_id":"TPL_ID_1","text":"Hello world"}]"#,
            on: #"[{"tplid":"TPL_ID_1","text":"Hello world"}]"#),
        Case(
            name: "empty-templates", value: "null",
            request: { fixture in
                try await fixture.control("templates", #"{"clear":true}"#)
                return await fixture.call("templates")
            }, off: "[]", on: "null"),
        Case(
            name: "charge-at", value: "sent",
            request: { fixture in
                _ = await fixture.send("\(hi)&timestamp=32503680000")
                return await fixture.call("balance")
            }, off: #"{"credits":999999,"balance":199999.80}"#, on: #"{"credits":1000000,"balance":200000.00}"#),
        later("queue-delay", "11s", "status", firstID, off: atID("DELIVERED"), on: atID("QUEUED")),
        later("delivery-delay", "11s", "status", firstID, off: atID("DELIVERED"), on: atID("SENT")),
        later("delivery-jitter", "24h", "status", firstID, off: atID("DELIVERED"), on: atID("SENT")),
        later("failed-share", "1", "status", firstID, off: atID("DELIVERED"), on: atID("FAILED")),
        later("stuck-share", "1", "status", firstID, off: atID("DELIVERED"), on: atID("SENT")),
    ]

    @Test(arguments: cases) func aSwitchMakesItsDifference(of test: Case) async throws {
        for (values, expected) in [([], test.off), (["\(test.name)=\(test.value)"], test.on)] {
            let fixture = try SimulatorFixture { configuration in
                for value in values { #expect(throws: Never.self) { try configuration.set(switch: value) } }
            }
            defer { fixture.stop() }
            #expect(try await test.request(fixture) == expected)
        }
    }

    /// Two at once: the code of an error that is off by default.
    @Test func codesOfErrorsThatAreOff() async throws {
        let fixture = try SimulatorFixture(
            "unknown-template=error", "unknown-template-code=NO_TPL", "unapproved-sender=error", "unapproved-sender-code=NO_NAME")
        defer { fixture.stop() }
        #expect(await fixture.send("\(Self.phone)&text=TPL_ID_404") == Self.error("NO_TPL"))
        #expect(await fixture.send("\(Self.hi)&sender=NotYet") == Self.error("NO_NAME"))
    }

    @Test func creditsGoWhenTheSwitchSays() async throws {
        for (value, steps) in [("accept", [9, 9, 9]), ("sent", [10, 9, 9]), ("delivered", [10, 10, 9])] {
            let fixture = try SimulatorFixture("charge-at=\(value)", "queue-delay=10s", "delivery-delay=10s", "delivery-jitter=0s") {
                $0.credits = 10
            }
            defer { fixture.stop() }
            _ = await fixture.send(Self.hi)
            for credits in steps {
                #expect(await fixture.simulator.credits() == credits)
                #expect(await fixture.call("balance").hasPrefix(#"{"credits":\#(credits),"#), "\(value)")
                await fixture.simulator.advance(by: .seconds(10))
            }
        }
    }

    @Test func aFailedMessageIsNotPaidForWhereDeliveriesAre() async throws {
        let fixture = try SimulatorFixture("charge-at=delivered", "failed-share=1") { $0.credits = 1 }
        defer { fixture.stop() }
        #expect(await fixture.send(Self.hi) == Self.sent())
        await fixture.simulator.advance(by: .seconds(60))
        #expect(await fixture.simulator.credits() == 1)
        #expect(await fixture.call("status", Self.firstID) == Self.atID("FAILED"))
    }

    @Test func theRateLimitAnswers429OrACode() async throws {
        for (values, expected) in [("rate-limit-code=", "429"), ("rate-limit-code=TOO_FAST", "200")] {
            let fixture = try SimulatorFixture("rate-limit=1", "retry-after=1500ms", values)
            defer { fixture.stop() }
            // Two requests may fall into two seconds; of three, two share one, or the machine stood still for a second.
            var refused: HTTPProbeReply?
            for _ in 0..<20 where refused == nil {
                let reply = try #require(await fixture.outcome("send", Self.hi).reply)
                if reply.status == 429 || reply.text == Self.error("TOO_FAST") { refused = reply }
            }
            #expect("\(try #require(refused).status)" == expected)
            if expected == "429" { #expect(refused?.headers["retry-after"] == "2") }
        }
    }

    @Test func latencyDelaysTheAnswer() async throws {
        let fixture = try SimulatorFixture("latency=60ms", "latency-jitter=1ms")
        defer { fixture.stop() }
        let begin = ContinuousClock.now
        #expect(await fixture.send(Self.hi) == Self.sent())
        #expect(ContinuousClock.now - begin >= .milliseconds(60))
    }

    @Test func theClockOfItsAnswersCanBeAhead() async throws {
        var days: [Substring] = []
        for value in ["0s", "24h"] {
            let fixture = try SimulatorFixture("date-ahead=\(value)")
            defer { fixture.stop() }
            let date = try #require(await fixture.outcome("send", Self.hi).reply?.headers["date"])
            #expect(date.count == 29 && date.hasSuffix(" GMT") && date.split(separator: " ").count == 6)
            days.append(date.prefix(16))
        }
        #expect(days[0] != days[1])
    }

    /// Switches that have a test elsewhere, by the name of that test's suite.
    private static let elsewhere: [String: String] = [
        "unknown-template-code": "SwitchTests", "unapproved-sender-code": "SwitchTests", "rate-limit": "SwitchTests",
        "rate-limit-code": "SwitchTests", "retry-after": "SwitchTests", "latency": "SwitchTests", "latency-jitter": "SwitchTests",
        "clock": "StatusTests", "slow-minimum": "FaultTests", "slow-maximum": "FaultTests", "hang-limit": "FaultTests",
        "date-ahead": "SwitchTests",
    ]

    /// Those of the message centre are tested by `MessageCentreSwitchTests`.
    @Test func everySwitchIsTested() {
        let tested = Set(Self.cases.map(\.name)).union(Self.elsewhere.keys)
        let known = Set(SimulatorConfiguration.switches.filter { !$0.name.hasPrefix("fault-") && !$0.name.hasPrefix("smpp-") }.map(\.name))
        #expect(tested == known)
    }

    @Test func theTableIsSound() throws {
        let names = SimulatorConfiguration.switches.map(\.name)
        #expect(Set(names).count == names.count)
        for entry in SimulatorConfiguration.switches {
            #expect(!entry.summary.isEmpty)
            // A value reads back as it is printed.
            var switches = SimulatorSwitches()
            try entry.set(entry.defaultValue, in: &switches)
            #expect(switches == SimulatorSwitches(), "\(entry.name)")
            #expect(throws: SimulatorSwitchError.self) { try entry.set("\u{7}", in: &switches) }
        }
    }

    @Test(arguments: [
        ("nothing=1", "there is no switch \"nothing\""), ("clock", "switch \"clock\": name=value was expected"),
        ("clock=fast", "switch clock: \"fast\" is not in real|manual"), ("price=-1", "switch price: \"-1\" is not in 0...1000000"),
        ("latency=5", "switch latency: \"5\" is not in a duration such as 500ms, 5s, 2m, 72h"),
        ("fault-hang=1.5", "switch fault-hang: \"1.5\" is not in 0...1"), ("bulk=yes", "switch bulk: \"yes\" is not in on|off"),
    ])
    func aBadSwitchIsNamed(text: String, message: String) {
        var configuration = SimulatorConfiguration()
        #expect(throws: SimulatorSwitchError.self) { try configuration.set(switch: text) }
        do { try configuration.set(switch: text) } catch { #expect("\(error)" == message) }
        #expect(configuration.switches == SimulatorSwitches())
    }

    @Test func switchesChangeWhileItRuns() async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        try await fixture.control("switches", #"{"error-status": 400, "bulk": false}"#)
        #expect(await fixture.outcome("status", "id=1").reply?.status == 400)
        #expect(await fixture.outcome("bulkSend", "").reply?.status == 404)
        _ = await fixture.send(Self.hi)
        let refused = try await fixture.control("switches", #"{"id-start": 5}"#, status: 400)
        #expect(refused["error"]?.stringValue == "id-start and id-step cannot change once messages are accepted")
        try await fixture.simulator.set(switch: "fault-wrong-auth", to: "1")
        #expect(await fixture.send(Self.hi) == Self.error("WRONG_AUTH"))
        let table = try await fixture.control("switches")["switches"]?.arrayValue ?? []
        let line = try #require(table.first { $0["name"]?.stringValue == "error-status" })
        #expect(line["value"]?.stringValue == "400")
        #expect(line["default"]?.stringValue == "200")
    }
}
