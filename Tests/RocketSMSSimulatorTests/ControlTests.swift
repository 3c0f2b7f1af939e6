import JSON
import RocketSMSSimulator
import TestSupport
import Testing
import Time

@Suite struct ControlTests {
    private static let hi = "phone=375291234567&text=hi"

    @Test func sendsArePaged() async throws {
        let fixture = try SimulatorFixture("id-start=100")
        defer { fixture.stop() }
        for number in 1...5 { _ = await fixture.send("phone=375291234567&text=%22\(number)%0A&sender=A%22") }
        let page = try await fixture.control("sends?from=2&limit=2")
        #expect(page["total"]?.numberValue?.int64 == 5)
        #expect(page["dropped"]?.numberValue?.int64 == 0)
        #expect(page["next"]?.numberValue?.int64 == 4)
        let sends = try #require(page["sends"]?.arrayValue)
        #expect(sends.map { $0["id"]?.stringValue } == ["101", "102"])
        #expect(sends.map { $0["text"]?.stringValue } == ["\"2\n", "\"3\n"])
        #expect(sends[0]["sender"]?.stringValue == "A\"")
        #expect(sends[0]["sequence"]?.numberValue?.int64 == 2)
        #expect(sends[0]["status"]?.stringValue == "SENT")
        #expect(sends[0]["priority"]?.boolValue == false)
        #expect(sends[0]["timestamp"] == nil)
        #expect(page["counters"]?["endpoints"]?["send"]?["accepted"]?.numberValue?.int64 == 5)
        let last = try await fixture.control("sends?from=4")
        #expect(last["sends"]?.arrayValue?.count == 2)
        #expect(last["next"]?.isNull == true)
        #expect(try await fixture.control("sends?from=6")["sends"]?.arrayValue == [])
        #expect(try await fixture.control("sends?limit=0")["next"]?.numberValue?.int64 == 1)
        for query in ["from=0", "from=x", "limit=-1", "limit=50001", "wait=1", "count=-1"] {
            try await fixture.control("sends?\(query)", status: 400)
        }
    }

    @Test func theOldestSendsGoWhenTheRecordIsFull() async throws {
        let fixture = try SimulatorFixture("id-start=1") { $0.recordLimit = 16 }
        defer { fixture.stop() }
        for number in 1...21 { _ = await fixture.send("phone=375291234567&text=\(number)") }
        let page = try await fixture.control("sends")
        #expect(page["total"]?.numberValue?.int64 == 21)
        let dropped = Int(try #require(page["dropped"]?.numberValue?.int64))
        #expect(dropped == 6)
        #expect(page["sends"]?.arrayValue?.map { $0["text"]?.stringValue } == (dropped + 1...21).map { "\($0)" })
        #expect(await fixture.call("status", "id=6") == #"{"error":"WRONG_ID"}"#)
        #expect(await fixture.call("status", "id=7") == #"{"id":7,"status":"SENT"}"#)
    }

    @Test func waitingEndsWithTheSendOrTheTime() async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        let port = fixture.simulator.port
        async let waited = HTTPProbe.request(port: port, "GET", "/_simulator/sends?count=2&wait=60s")
        async let inside = fixture.simulator.waitForSends(2, within: .seconds(60))
        _ = await fixture.send(Self.hi)
        _ = await fixture.send(Self.hi)
        let page = try JSONValue(parsing: try #require(try await waited.reply).body)
        #expect(page["total"]?.numberValue?.int64 == 2)
        #expect(await inside)
        #expect(await fixture.simulator.waitForSends(3, within: .milliseconds(20)) == false)
        let late = try await fixture.control("sends?count=3&wait=20ms")
        #expect(late["total"]?.numberValue?.int64 == 2)
        #expect(try await fixture.control("held?count=0&wait=20s")["held"]?.numberValue?.int64 == 0)
    }

    @Test func stopEndsAllWaits() async throws {
        let fixture = try SimulatorFixture()
        async let waited = fixture.simulator.waitForSends(1, within: .seconds(600))
        // Whichever comes first, the wait or the stop: the wait ends.
        fixture.stop()
        #expect(await waited == false)
        #expect(await fixture.simulator.total() == 0)
        #expect(await fixture.simulator.waitForHeld(1) == false)
    }

    @Test func credentialsCreditsAndTemplatesChange() async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        try await fixture.control("credentials", #"{"password": "other"}"#)
        #expect(await fixture.send(Self.hi) == #"{"error":"WRONG_AUTH"}"#)
        try await fixture.control("credentials", #"{"passwordMD5": "\#(SimulatorFixture.md5.uppercased())", "username": "123456789"}"#)
        #expect(await fixture.send(Self.hi).hasPrefix(#"{"id""#))
        await fixture.simulator.setPassword("third")
        #expect(await fixture.send(Self.hi) == #"{"error":"WRONG_AUTH"}"#)
        await fixture.simulator.setPassword("simulator")
        let state = try await fixture.control("credits", #"{"credits": 7}"#)
        #expect(state["credits"]?.numberValue?.int64 == 7)
        #expect(await fixture.call("balance") == #"{"credits":7,"balance":1.40}"#)
        try await fixture.control("templates", #"{"tpl_id": "TPL_ID_1", "text": "new"}"#)
        try await fixture.control("templates", #"{"tpl_id": "TPL_ID_2", "text": "more"}"#)
        #expect(await fixture.call("templates") == #"[{"tpl_id":"TPL_ID_1","text":"new"},{"tpl_id":"TPL_ID_2","text":"more"}]"#)
        try await fixture.control("templates", #"{"clear": true}"#)
        #expect(await fixture.call("templates") == "[]")
    }

    @Test(arguments: [
        ("clock", "{\"advance\": 60}", "advance: a string was expected"),
        ("clock", "{\"advance\": \"1d\"}", "advance: a duration such as 500ms, 5s, 2m, 72h was expected"),
        ("clock", "{\"forward\": \"1s\"}", "forward is unknown; known: advance, manual"),
        ("clock", "[]", "the body is not a JSON object"), ("credits", "{}", "credits is missing"),
        ("credits", "{\"credits\": 1.5}", "credits: a whole number in -1000000000...1000000000000 was expected"),
        ("credentials", "{\"passwordMD5\": \"abc\"}", "passwordMD5 is not 32 hexadecimal digits"),
        ("faults", "{\"next\": [{\"fault\": \"html\"}, {}]}", "fault is missing in a rule"),
        ("faults", #"{"next": {"fault": "html", "skip": true}}"#, "next[0].skip: a whole number in 0...9223372036854775807 was expected"),
        ("faults", "{\"probabilities\": {\"html\": 0.6, \"hang\": 0.6}}", "the probabilities of faults at send are more than 1 together"),
        ("faults", "{\"outage\": \"total\"}", "outage: one of off, refuse, close, reset, unavailable, hang was expected"),
        ("faults", "{\"fates\": {}}", "final is missing in a fate"),
        ("faults", "{\"clear\": \"all\"}", "clear: true, or an array of rules, probabilities, fates, outage, held was expected"),
        ("switches", "{\"nothing\": \"1\"}", "there is no switch \"nothing\""),
    ])
    func aBadControlRequestSaysWhatIsWrongAndChangesNothing(name: String, body: String, message: String) async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        let before = try await fixture.control("faults")
        #expect(try await fixture.control(name, body, status: 400)["error"]?.stringValue == message)
        #expect(try await fixture.control("faults") == before)
    }

    @Test func textThatIsNoJSONIsSaidSo() async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        let error = try await fixture.control("faults", "{", status: 400)["error"]?.stringValue
        #expect(error?.hasPrefix("the body is not JSON: line 1, column 2") == true)
        #expect(await fixture.raw("GET", "/_simulator/nothing").reply?.status == 404)
        #expect(await fixture.raw("DELETE", "/_simulator/sends").reply?.status == 404)
    }

    @Test func countersAndRatesTellWhatHappened() async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        _ = await fixture.send(Self.hi)
        _ = await fixture.send("phone=1&text=a")
        _ = await fixture.call("bulkSend", "text=a&phones[]=375291234567&phones[]=375291234568")
        _ = await fixture.call("status", "id=1")
        _ = await fixture.raw("GET", "/robots.txt")
        let counters = try await fixture.control("counters")
        #expect(counters["endpoints"]?["send"]?["requests"]?.numberValue?.int64 == 2)
        #expect(counters["endpoints"]?["send"]?["accepted"]?.numberValue?.int64 == 1)
        #expect(counters["endpoints"]?["send"]?["refused"]?.numberValue?.int64 == 1)
        #expect(counters["codes"]?["BAD_PHONE"]?.numberValue?.int64 == 1)
        #expect(counters["codes"]?["WRONG_ID"]?.numberValue?.int64 == 1)
        #expect(counters["unknownPaths"]?.numberValue?.int64 == 1)
        let seconds = try await fixture.control("rates")["seconds"]?.arrayValue ?? []
        func sum(_ key: String) -> Int64 { seconds.reduce(0) { $0 + ($1[key]?.numberValue?.int64 ?? 0) } }
        #expect(sum("requests") == 4)
        #expect(sum("sends") == 3)
        #expect(sum("accepted") == 3)
    }
}
