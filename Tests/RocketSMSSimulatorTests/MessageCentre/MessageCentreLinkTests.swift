import Connect
import EventLoop
import JSON
import RocketSMSSimulator
import SMPP
import TestSupport
import Testing
import Time

/// Our link and the message centre, over TCP.
@Suite(.timeLimit(.minutes(3))) struct MessageCentreLinkTests {
    private func run(_ switches: String..., body: (SimulatorFixture, CentreClient) async throws -> Void) async throws {
        let fixture = try SimulatorFixture("clock=real", "delivery-delay=0s", "delivery-jitter=0s", "smpp-id-form=hex") { configuration in
            configuration.smppPort = 0
            for text in switches { try? configuration.set(switch: text) }
        }
        let client = try await CentreClient(port: try #require(fixture.simulator.smppPort))
        try await body(fixture, client)
        try await client.close()
        try await onThread { fixture.stop() }
    }

    @Test func partsAndReceiptsGoThrough() async throws {
        try await run("smpp-receipt-order=before-response", "smpp-deliver-window=3") { fixture, client in
            await client.submit(200)
            await client.until { $0.ids.count == 200 && $0.receipts.count == 200 }
            #expect(await fixture.simulator.waitForSends(200))
            let parts = await fixture.simulator.parts()
            #expect(Set(parts.map(\.content)).count == 200)
            let (ids, receipts) = await client.on { ($0.ids, $0.receipts) }
            #expect(Set(ids.values) == Set(parts.map(\.messageID)) && Set(receipts) == Set(parts.map(\.receiptID)))
            #expect(await fixture.simulator.sends(from: 200).map(\.isPart) == [true])
            #expect(await fixture.simulator.credits() == 1_000_000 - 200)
        }
    }

    @Test func theRecordOfPartsIsServed() async throws {
        try await run { fixture, client in
            await client.submit(2)
            await client.until { $0.ids.count == 2 && $0.receipts.count == 2 }
            let answer = try await fixture.control("parts?from=2")
            let parts = try #require(answer["parts"]?.arrayValue)
            #expect(answer["total"]?.numberValue?.int64 == 2 && parts.count == 1)
            #expect(parts[0]["octets"]?.stringValue == "31" && parts[0]["destination"]?.stringValue == "375291234567")
            #expect(parts[0]["number"]?.numberValue?.int64 == 1 && parts[0]["messageID"]?.stringValue == "2625A02")
            #expect(answer["counters"]?["accepted"]?.numberValue?.int64 == 2)
            #expect(try await fixture.control("sends")["sends"]?.arrayValue?.map { $0["smpp"]?.boolValue } == [true, true])
        }
    }

    @Test func aLinkIsCutWithinAnAnswer() async throws {
        try await run { fixture, client in
            try await fixture.control("faults", #"{"smpp": {"fault": "cutWithinAnswer", "phoneSuffix": "67", "part": 1}}"#)
            await client.submit(1)
            await client.until { !$0.unknown.isEmpty }
            #expect(await fixture.simulator.parts().map(\.fault) == [.cutWithinAnswer])
            await client.submit(1)
            await client.until { $0.ids.count == 1 && $0.receipts.count == 2 }
        }
    }

    @Test func answersAreHeldAndLinksUnbound() async throws {
        try await run { fixture, client in
            try await fixture.control("faults", #"{"smpp": [{"fault": "hold", "always": true}]}"#)
            await client.submit(3)
            #expect(await fixture.simulator.waitForHeld(3))
            #expect(await client.on { $0.ids.isEmpty })
            try await fixture.simulator.release()
            await client.until { $0.ids.count == 3 }
            try await fixture.control("faults", #"{"smppLinks": "unbind", "smppIDs": "restart", "clear": ["rules"]}"#)
            await client.until { $0.reasons.contains(.peerUnbound) }
            await client.submit(1)
            await client.until { $0.ids.count == 4 }
            #expect(await client.on { Set($0.ids.values).count } == 3)
        }
    }

    @Test(arguments: [
        #"{"smpp": [{"fault": "no"}]}"#, #"{"smpp": [{}]}"#, #"{"smpp": [{"fault": "status", "status": "x"}]}"#, #"{"smppLinks": "no"}"#,
        #"{"smppIDs": "no"}"#,
    ])
    func aChangeThatCannotBeTakenChangesNothing(body: String) async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        #expect(try await fixture.control("faults", body, status: 400)["error"]?.stringValue != nil)
        #expect(try await fixture.control("faults")["smpp"]?.arrayValue?.isEmpty == true)
    }
}
