import JSON
import RocketSMSSimulator
import TestSupport
import Testing
import Time

@Suite struct StatusTests {
    private func status(_ fixture: SimulatorFixture, _ id: Int) async -> String {
        let body = await fixture.call("status", "id=\(id)")
        return String(body.split(separator: "\"").dropLast().last ?? "")
    }

    @Test func aMessageGoesFromQueuedToDeliveredWithTheClock() async throws {
        let fixture = try SimulatorFixture("id-start=1", "queue-delay=10s", "delivery-delay=5s", "delivery-jitter=0s")
        defer { fixture.stop() }
        #expect(await fixture.send("phone=375291234567&text=a").contains(#""status":"QUEUED""#))
        #expect(await fixture.send("phone=375291234567&text=a&priority=1").contains(#""status":"SENT""#))
        #expect(await status(fixture, 1) == "QUEUED")
        await fixture.simulator.advance(by: .milliseconds(9_999))
        #expect(await status(fixture, 1) == "QUEUED")
        await fixture.simulator.advance(by: .milliseconds(1))
        #expect(await status(fixture, 1) == "SENT")
        #expect(await status(fixture, 2) == "DELIVERED")
        await fixture.simulator.advance(by: .seconds(5))
        #expect(await status(fixture, 1) == "DELIVERED")
    }

    @Test func aTimestampIsWaitedFor() async throws {
        let fixture = try SimulatorFixture("id-start=1", "delivery-delay=0s", "delivery-jitter=0s")
        defer { fixture.stop() }
        let clock = try await fixture.control("clock")
        let now = try #require(clock["now"]?.numberValue?.int64) / 1_000
        #expect(await fixture.send("phone=375291234567&text=a&timestamp=\(now + 60)").contains(#""status":"QUEUED""#))
        #expect(await fixture.send("phone=375291234567&text=a&timestamp=\(now - 60)").contains(#""status":"DELIVERED""#))
        #expect(await fixture.send("phone=375291234567&text=a&timestamp=9223372036854775807").contains(#""status":"QUEUED""#))
        #expect(await fixture.send("phone=375291234567&text=a&timestamp=-9223372036854775808").contains(#""status":"DELIVERED""#))
        try await fixture.control("clock", #"{"advance":"58s"}"#)
        #expect(await status(fixture, 1) == "QUEUED")
        try await fixture.control("clock", #"{"advance":"2s"}"#)
        #expect(await status(fixture, 1) == "DELIVERED")
    }

    @Test func statusesOnlyMoveForwardAndFatesAreTheSeeds() async throws {
        let names = ["QUEUED", "SENT", "DELIVERED", "FAILED"]
        var runs: [[String]] = []
        for _ in 0..<2 {
            let fixture = try SimulatorFixture(
                "id-start=1", "queue-delay=1s", "delivery-delay=1s", "delivery-jitter=3s", "failed-share=0.3", "stuck-share=0.3")
            defer { fixture.stop() }
            for _ in 1...40 { _ = await fixture.send("phone=375291234567&text=a") }
            var last = [String](repeating: "QUEUED", count: 40)
            for _ in 0..<12 {
                await fixture.simulator.advance(by: .milliseconds(500))
                let statuses = await fixture.simulator.sends().map(\.status)
                for (before, after) in zip(last, statuses) {
                    let (before, after) = (try #require(names.firstIndex(of: before)), try #require(names.firstIndex(of: after)))
                    #expect(before <= after)
                    #expect(before == after || before < 2)
                }
                last = statuses
            }
            runs.append(last)
        }
        #expect(runs[0] == runs[1])
        #expect(Set(runs[0]) == ["SENT", "DELIVERED", "FAILED"])
    }

    @Test func fatesAreGivenByPhone() async throws {
        let fixture = try SimulatorFixture("id-start=1", "delivery-delay=1s", "delivery-jitter=0s")
        defer { fixture.stop() }
        try await fixture.control(
            "faults",
            """
            {"fates": [{"phoneSuffix": "13", "final": "FAILED", "after": "3s"}, {"phoneSuffix": "14", "final": "SENT"},
             {"phoneSuffix": "15", "final": "EXPIRED"}]}
            """)
        for suffix in 12...15 { _ = await fixture.send("phone=3752912345\(suffix)&text=a") }
        await fixture.simulator.advance(by: .seconds(2))
        #expect(await fixture.simulator.sends().map(\.status) == ["DELIVERED", "SENT", "SENT", "EXPIRED"])
        await fixture.simulator.advance(by: .seconds(1_000))
        #expect(await fixture.simulator.sends().map(\.status) == ["DELIVERED", "FAILED", "SENT", "EXPIRED"])
        try await fixture.control("faults", #"{"clear": ["fates"]}"#)
        _ = await fixture.send("phone=375291234513&text=a")
        await fixture.simulator.advance(by: .seconds(5))
        #expect(await fixture.simulator.sends().map(\.status) == ["DELIVERED", "FAILED", "SENT", "EXPIRED", "DELIVERED"])
    }

    @Test(arguments: ["", "id=", "id=x", "id=0", "id=4", "id=-1", "id=9223372036854775808", "id=1.0"])
    func anIdThatIsNotKnownIsWrong(form: String) async throws {
        let fixture = try SimulatorFixture("id-start=5")
        defer { fixture.stop() }
        _ = await fixture.send("phone=375291234567&text=a")
        #expect(await fixture.call("status", form) == #"{"error":"WRONG_ID"}"#)
        #expect(await fixture.call("status", "id=6") == #"{"error":"WRONG_ID"}"#)
        #expect(await fixture.call("status", "id=5") == #"{"id":5,"status":"SENT"}"#)
    }

    @Test func theRealClockRuns() async throws {
        let fixture = try SimulatorFixture("clock=real", "id-start=1", "delivery-delay=0s", "delivery-jitter=0s")
        defer { fixture.stop() }
        #expect(await fixture.send("phone=375291234567&text=a").contains(#""status":"DELIVERED""#))
        let before = try #require(try await fixture.control("clock")["now"]?.numberValue?.int64)
        try await fixture.control("clock", #"{"advance":"1h"}"#)
        let after = try #require(try await fixture.control("clock")["now"]?.numberValue?.int64)
        #expect(after >= before + 3_600_000)
        #expect(after < before + 3_660_000)
        try await fixture.control("clock", #"{"manual":true}"#)
        let still = try await fixture.control("clock")
        #expect(try await fixture.control("clock") == still)
    }
}
