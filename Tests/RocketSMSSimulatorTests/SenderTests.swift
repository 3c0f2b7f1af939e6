import RocketSMSSimulator
import TestSupport
import Testing

@Suite struct SenderTests {
    @Test(arguments: [
        ("sender=MyShop", #"{"status":"OK"}"#), ("sender=A.b-9", #"{"status":"OK"}"#), ("sender=12345678901", #"{"status":"OK"}"#),
        ("sender=123456789012", #"{"error":"SENDER_TOO_LONG"}"#), ("sender=My+Shop", #"{"error":"SENDER_BAD_FORMAT"}"#),
        ("sender=%D0%9C", #"{"error":"SENDER_BAD_FORMAT"}"#), ("sender=", #"{"error":"SENDER_EMPTY"}"#),
        ("", #"{"error":"SENDER_EMPTY"}"#), ("sender=Simulator", #"{"error":"SENDER_ALREADY_ADDED"}"#),
        ("sender=my+very+long+shop", #"{"error":"SENDER_TOO_LONG"}"#),
    ])
    func namesAreChecked(form: String, body: String) async throws {
        let fixture = try SimulatorFixture()
        defer { fixture.stop() }
        #expect(await fixture.call("senders/add", form) == body)
    }

    /// The account's main name, or the general one where that is not approved: another approved name is nobody's stand-in.
    @Test func withoutASenderItIsTheMainNameOrTheGeneralOne() async throws {
        let fixture = try SimulatorFixture { $0.senders = [SenderName("Main", isChecked: true, isRegistered: false), SenderName("Other")] }
        defer { fixture.stop() }
        _ = await fixture.send("phone=375291234567&text=a")
        _ = await fixture.send("phone=375291234567&text=a&sender=Nobody")
        _ = await fixture.send("phone=375291234567&text=a&sender=Other")
        try await fixture.control("senders", #"{"sender":"Main"}"#)
        _ = await fixture.send("phone=375291234567&text=a")
        #expect(await fixture.simulator.sends().map(\.senderUsed) == ["RSMS.BY", "RSMS.BY", "Other", "Main"])
    }

    @Test func anAddedNameIsListedAndNotUsedUntilItIsApproved() async throws {
        let fixture = try SimulatorFixture { $0.senders = [] }
        defer { fixture.stop() }
        #expect(await fixture.call("senders") == "[]")
        _ = await fixture.call("senders/add", "sender=MyShop")
        #expect(await fixture.call("senders") == #"[{"sender":"MyShop","verified":false,"checked":false,"registered":false}]"#)
        _ = await fixture.send("phone=375291234567&text=a&sender=MyShop")
        try await fixture.control("senders", #"{"sender":"MyShop","checked":true,"registered":false}"#)
        _ = await fixture.send("phone=375291234567&text=a&sender=MyShop")
        #expect(await fixture.call("senders") == #"[{"sender":"MyShop","verified":false,"checked":true,"registered":false}]"#)
        try await fixture.control("senders", #"{"sender":"MyShop"}"#)
        _ = await fixture.send("phone=375291234567&text=a&sender=MyShop")
        try await fixture.control("senders", #"{"sender":"AL SHOP"}"#)
        _ = await fixture.send("phone=375291234567&text=a&sender=AL+SHOP")
        let sends = await fixture.simulator.sends()
        #expect(sends.map(\.sender) == ["MyShop", "MyShop", "MyShop", "AL SHOP"])
        #expect(sends.map(\.senderUsed) == ["RSMS.BY", "RSMS.BY", "MyShop", "AL SHOP"])
        _ = await fixture.send("phone=375291234567&text=a")
        #expect(await fixture.simulator.sends(from: 5).map(\.senderUsed) == ["MyShop"])
    }
}
