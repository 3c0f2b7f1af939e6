import JSON
import RocketSMSSimulator
import TestSupport
import Testing
import Time

@Suite struct FaultTests {
    private static let hi = "phone=375291234567&text=hi"
    private static let answer = #"{"id":40000001,"status":"SENT","cost":{"credits":1,"money":0.2}}"#

    /// What the client sees of each fault. Exhaustive, so that a new kind wants a line here.
    private static func isAsPromised(_ fault: FaultKind, _ outcome: HTTPProbe.Outcome) -> Bool {
        let reply = outcome.reply
        return switch fault {
        case .dropBeforeAccept, .replyLost, .hang, .hangBeforeAccept: outcome == .closed(received: [])
        case .resetBeforeAccept, .resetAfterAccept: outcome == .reset(received: [])
        case .serverError, .serverErrorAfterAccept: reply?.status == 500 && reply?.text.hasPrefix("<html>") == true
        case .unavailable: reply?.status == 503 && reply?.headers["retry-after"] == "1"
        case .tooManyRequests: reply?.status == 429 && reply?.headers["retry-after"] == "1"
        case .htmlBeforeAccept, .html: reply?.status == 200 && reply?.text.hasPrefix("<html>") == true
        case .wrongAuth: reply?.text == #"{"error":"WRONG_AUTH"}"#
        case .error: reply?.text == #"{"error":"BLOCKED"}"#
        case .emptyBody: reply?.status == 200 && reply?.body == []
        case .truncated: isTruncated(outcome)
        case .cutJSON: reply?.text == String(answer.prefix(answer.utf8.count / 2))
        case .garbage: if case .closed(let received) = outcome { !received.isEmpty && received[0] == 0 } else { false }
        case .slow, .trickle, .hold, .holdBeforeAccept: reply?.text == answer
        case .answer: reply?.status == 202 && reply?.text == "{\"id\":\"7\"}" && reply?.headers["content-type"] == "text/plain"
        }
    }

    private static func isTruncated(_ outcome: HTTPProbe.Outcome) -> Bool {
        guard case .closed(let received) = outcome else { return false }
        let text = String(decoding: received, as: UTF8.self)
        return text.contains("Content-Length: \(answer.utf8.count)\r\n") && text.hasSuffix(String(answer.prefix(answer.utf8.count / 2)))
    }

    @Test(arguments: FaultKind.allCases) func aFaultDoesWhatItPromises(fault: FaultKind) async throws {
        let fixture = try SimulatorFixture("hang-limit=80ms", "slow-minimum=50ms", "slow-maximum=60ms")
        defer { fixture.stop() }
        let rule = """
            {"next": {"fault": "\(fault.rawValue)", "endpoint": "send", "code": "BLOCKED", "body": "{\\"id\\":\\"7\\"}",
             "contentType": "text/plain"\(fault == .answer ? ", \"status\": 202" : "")\(fault == .trickle ? ", \"delay\": \"1ms\"" : "")}}
            """
        try await fixture.control("faults", rule)
        #expect(await fixture.outcome("balance", "").reply?.status == 200)
        let begin = ContinuousClock.now
        async let outcome = fixture.outcome("send", Self.hi)
        if fault == .hold || fault == .holdBeforeAccept {
            #expect(await fixture.simulator.waitForHeld(1))
            #expect(await fixture.simulator.total() == (fault == .hold ? 1 : 0))
            try await fixture.simulator.release()
        }
        let result = await outcome
        #expect(Self.isAsPromised(fault, result), "\(result)")
        if fault == .slow { #expect(ContinuousClock.now - begin >= .milliseconds(50)) }
        if fault == .hang || fault == .hangBeforeAccept { #expect(ContinuousClock.now - begin >= .milliseconds(80)) }
        let isAccepted = fault.accepts || fault == .holdBeforeAccept
        let sends = await fixture.simulator.sends()
        #expect(sends.count == (isAccepted ? 1 : 0))
        if fault.accepts { #expect(sends.first?.fault == fault) }
        let counters = await fixture.simulator.counters()
        #expect(counters.faults == [fault: 1])
        #expect(counters[.send].faulted == 1)
        // The rule is used up.
        #expect(await fixture.send(Self.hi).hasPrefix(#"{"id":"#))
    }

    @Test func rulesMatchByEndpointPhoneTextSkipAndCount() async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        try await fixture.control(
            "faults",
            """
            {"next": [
              {"fault": "error", "code": "A", "endpoint": "status", "count": 2},
              {"fault": "error", "code": "B", "phoneSuffix": "43", "skip": 1, "count": 2},
              {"fault": "error", "code": "C", "text": "код", "always": true}]}
            """)
        var codes: [String] = []
        for form in [
            "phone=375290000043&text=1", "phone=375290000043&text=2", "phone=375290000044&text=3", "phone=375290000043&text=4",
            "phone=375290000043&text=5", "phone=375290000044&text=a+%D0%BA%D0%BE%D0%B4", "phone=375290000044&text=%D0%BA%D0%BE%D0%B4",
        ] {
            let body = await fixture.send(form)
            codes.append(body.hasPrefix(#"{"error""#) ? String(body.dropFirst(10).dropLast(2)) : "-")
        }
        #expect(codes == ["-", "B", "-", "B", "-", "C", "C"])
        for expected in ["A", "A", "WRONG_ID"] { #expect(await fixture.call("status", "id=1") == #"{"error":"\#(expected)"}"#) }
        let state = try await fixture.control("faults")
        #expect(state["rules"]?.arrayValue?.count == 1)
        try await fixture.control("faults", #"{"clear": true}"#)
        #expect(await fixture.send("phone=375290000044&text=%D0%BA%D0%BE%D0%B4").hasPrefix(#"{"id""#))
    }

    @Test func chanceIsTheSeedsAndKeepsItsShares() async throws {
        var runs: [[FaultKind?]] = []
        for _ in 0..<2 {
            let fixture = try SimulatorFixture("fault-wrong-auth=0.2") { $0.seed = 42 }
            defer { fixture.stop() }
            try await fixture.control("faults", #"{"probabilities": {"emptyBody": 0.3, "html": 0.1}, "endpoint": "send"}"#)
            var run: [FaultKind?] = []
            for _ in 0..<300 {
                let text = await fixture.send(Self.hi)
                run.append(text.isEmpty ? .emptyBody : text.hasPrefix("<html>") ? .html : text.contains("WRONG_AUTH") ? .wrongAuth : nil)
            }
            #expect(await fixture.simulator.counters().faults[.emptyBody] == run.filter { $0 == .emptyBody }.count)
            runs.append(run)
        }
        #expect(runs[0] == runs[1])
        #expect((60...120).contains(runs[0].filter { $0 == .emptyBody }.count))
        #expect((12...50).contains(runs[0].filter { $0 == .html }.count))
        #expect((35...90).contains(runs[0].filter { $0 == .wrongAuth }.count))
    }

    @Test func holdsAreReleasedOldestFirstByPhoneAndWay() async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        var change = FaultChange(FaultRule(.hold, endpoint: .send, count: nil))
        try await fixture.simulator.change(change)
        let port = fixture.simulator.port
        try await withThrowingTaskGroup(of: (Int, HTTPProbe.Outcome).self) { group in
            for number in 0..<4 {
                group.addTask {
                    let form = "\(SimulatorFixture.login)&phone=37529000000\(number)&text=\(number)"
                    return (number, await (try HTTPProbe(port: port)).post("/simple/send", form: form))
                }
                #expect(await fixture.simulator.waitForHeld(number + 1))
            }
            #expect(await fixture.simulator.total() == 4)
            try await fixture.simulator.release(FaultRelease(phoneSuffix: "2", as: .reset))
            var (number, outcome) = try #require(try await group.next())
            #expect(number == 2)
            #expect(outcome == .reset(received: []))
            try await fixture.control("faults", #"{"release": {"count": 1, "as": "drop"}}"#)
            (number, outcome) = try #require(try await group.next())
            #expect(number == 0)
            #expect(outcome == .closed(received: []))
            try await fixture.control("faults", #"{"release": {"count": 1}}"#)
            (number, outcome) = try #require(try await group.next())
            #expect(number == 1)
            #expect(outcome.reply?.text.hasPrefix(#"{"id":40000002,"#) == true)
            change = FaultChange()
            change.clear = [.rules, .held]
            try await fixture.simulator.change(change)
            (number, outcome) = try #require(try await group.next())
            #expect(number == 3)
            #expect(outcome.reply?.status == 200)
        }
        #expect(await fixture.send(Self.hi).hasPrefix(#"{"id""#))
    }

    @Test func aHeldRequestIsCarriedOutEvenIfItsClientHasGone() async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        try await fixture.control("faults", #"{"next": {"fault": "holdBeforeAccept", "endpoint": "send"}}"#)
        let probe = try HTTPProbe(port: fixture.simulator.port)
        let form = "\(SimulatorFixture.login)&phone=375291234567&text=%D0%BA%D0%BE%D0%B4"
        await probe.send("POST /simple/send?sender=Simulator HTTP/1.1\r\nHost: a\r\nContent-Length: \(form.utf8.count)\r\n\r\n\(form)")
        #expect(await fixture.simulator.waitForHeld(1))
        await probe.close()
        try await fixture.simulator.release()
        let send = try #require(await fixture.simulator.sends().first)
        #expect(send.text == "код")
        #expect(send.sender == "Simulator")
    }

    @Test func anOutageSparesControl() async throws {
        let fixture = try SimulatorFixture("hang-limit=50ms")
        defer { fixture.stop() }
        for outage in ["close", "reset", "unavailable", "hang"] {
            try await fixture.control("faults", #"{"outage": "\#(outage)"}"#)
            let outcome = await fixture.outcome("send", Self.hi)
            switch outage {
            case "reset": #expect(outcome == .reset(received: []))
            case "unavailable": #expect(outcome.reply?.status == 503)
            default: #expect(outcome == .closed(received: []))
            }
        }
        try await fixture.control("faults", #"{"outage": "off"}"#)
        #expect(await fixture.send(Self.hi) == Self.answer)
        #expect(await fixture.simulator.counters().outages == 4)
    }

    @Test func anOutageCanRefuseConnects() async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        try await fixture.simulator.setOutage(.refuse)
        #expect(await fixture.outcome("send", Self.hi) == .refused)
        try await fixture.simulator.setOutage(.off)
        #expect(await fixture.send(Self.hi) == Self.answer)
        try await fixture.control("faults", #"{"outage": "refuse"}"#, status: 400)
        try await fixture.control("faults", #"{"outage": "refuse", "outageFor": "100ms"}"#)
        var outcome = HTTPProbe.Outcome.refused
        let deadline = ContinuousClock.now + .seconds(10)
        while outcome.reply == nil, ContinuousClock.now < deadline { outcome = await fixture.outcome("balance", "") }
        #expect(outcome.reply?.status == 200)
    }
}
