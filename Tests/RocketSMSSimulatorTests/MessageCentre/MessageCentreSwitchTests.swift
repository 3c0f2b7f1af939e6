import RocketSMSSimulator
import SMPP
import Testing
import Time

/// What each switch of the message centre changes.
@Suite struct MessageCentreSwitchTests {
    /// Each tests the switches that it names.
    private static let cases: [(names: [String], run: @Sendable () throws -> Void)] = [
        (["smpp-wrong-password"], wrongPassword), (["smpp-bind-limit", "smpp-bind-over", "smpp-bind-over-status"], bindLimit),
        (["smpp-id-form"], idForms), (["smpp-id-nodes"], idNodes), (["smpp-empty-id-share"], emptyIDs),
        (["smpp-window", "smpp-over-window", "smpp-response-delay"], window), (["smpp-no-credits"], noCredits),
        (["smpp-receipt-bind"], receiptBind), (["smpp-receipt-order"], receiptOrder), (["smpp-receipt-delay"], receiptDelay),
        (["smpp-receipt-twice-share", "smpp-receipt-conflict-share", "smpp-receipt-never-share"], receiptShares),
        (["smpp-receipt-tlv"], receiptTLV), (["smpp-receipt-addresses"], receiptAddresses), (["smpp-receipt-keep"], receiptKeep),
        (["smpp-mo-share"], mobileOriginated), (["smpp-deliver-window", "smpp-deliver-timeout"], deliverWindow),
        (["smpp-deliver-retry", "smpp-deliver-retry-after"], deliverRetry),
    ]

    @Test(arguments: cases.indices) func itDoesWhatItSays(index: Int) throws { try Self.cases[index].run() }

    @Test func everySwitchIsTested() {
        let known = Set(SimulatorConfiguration.switches.map(\.name).filter { $0.hasPrefix("smpp-") })
        #expect(Set(Self.cases.flatMap(\.names)) == known)
    }

    @Test(arguments: ["smpp-over-window=0", "smpp-over-window=x", "smpp-deliver-retry=0x64,", "smpp-deliver-retry=a", "smpp-id-nodes=3"])
    func aBadValueIsRefused(text: String) {
        var configuration = SimulatorConfiguration()
        #expect(throws: SimulatorSwitchError.self) { try configuration.set(switch: text) }
    }

    // MARK: Binds

    @Sendable private static func wrongPassword() throws {
        var fixture = try CentreFixture("smpp-wrong-password=0x0D")
        let link = fixture.bind(password: "guess")
        #expect(fixture.read(link).map(\.status) == [.bindFailed])
    }

    @Sendable private static func bindLimit() throws {
        var fixture = try CentreFixture("smpp-bind-limit=2", "smpp-bind-over-status=0x0D")
        var links = [fixture.bind(), fixture.bind(), fixture.bind()]
        #expect(links.map { fixture.read($0).map(\.status) } == [[.ok], [.ok], [.bindFailed]])
        fixture.close(links[0])
        let after = fixture.bind()
        #expect(fixture.read(after).map(\.status) == [.ok])

        fixture = try CentreFixture("smpp-bind-limit=2", "smpp-bind-over=close-older")
        links = [fixture.bind(), fixture.bind(), fixture.bind()]
        #expect(links.map { fixture.read($0).map(\.status) } == [[.ok], [.ok], [.ok]])
        #expect(fixture.closed == [links[0]])
    }

    // MARK: Ids

    @Sendable private static func idForms() throws {
        for (form, response, receipt) in [
            ("hex", "2625A01", "2625A01"), ("decimal", "40000001", "40000001"), ("padded", "40000001", "0040000001"),
            ("hex-then-decimal", "2625A01", "40000001"), ("decimal-then-hex", "40000001", "2625A01"),
        ] {
            var fixture = try CentreFixture("smpp-id-form=\(form)")
            let link = fixture.bound()
            fixture.submit(on: link)
            #expect(fixture.ids(link) == [response])
            fixture.wait(.seconds(1))
            let receipts = fixture.receipts(link)
            #expect(receipts.map(\.textID) == [receipt] && receipts.map(\.parameterID) == [response])
        }
        var fixture = try CentreFixture("smpp-id-form=opaque")
        let link = fixture.bound()
        for _ in 0..<3 { fixture.submit(on: link) }
        let ids = fixture.ids(link)
        #expect(Set(ids).count == 3 && ids.allSatisfy { $0.utf8.count == 16 })
        fixture.wait(.seconds(1))
        #expect(fixture.receipts(link).map(\.textID) == ids)
    }

    @Sendable private static func idNodes() throws {
        for (nodes, same) in [(1, false), (2, true)] {
            var fixture = try CentreFixture("smpp-id-nodes=\(nodes)")
            let links = [fixture.bound(), fixture.bound()]
            for link in links { fixture.submit(on: link) }
            let ids = links.map { fixture.ids($0) }
            #expect((ids[0] == ids[1]) == same)
        }
    }

    @Sendable private static func emptyIDs() throws {
        var fixture = try CentreFixture("smpp-empty-id-share=0.5")
        let link = fixture.bound()
        for _ in 0..<100 { fixture.submit(on: link) }
        let empty = fixture.ids(link).count { $0.isEmpty }
        #expect((20...80).contains(empty))
        #expect(fixture.core.parts.count { $0.messageID.isEmpty } == empty)
    }

    // MARK: Submissions

    @Sendable private static func window() throws {
        var fixture = try CentreFixture("smpp-window=2", "smpp-over-window=0x14", "smpp-response-delay=1s", "smpp-receipt-never-share=1")
        let link = fixture.bound()
        for _ in 0..<3 { fixture.submit(on: link) }
        #expect(fixture.statuses(link) == [.queueFull])
        fixture.wait(.milliseconds(999))
        #expect(fixture.statuses(link) == [])
        fixture.wait(.milliseconds(1))
        #expect(fixture.statuses(link) == [.ok, .ok])
        fixture.submit(on: link)
        fixture.wait(.seconds(1))
        #expect(fixture.statuses(link) == [.ok])
        #expect(fixture.core.parts.count == 3 && fixture.core.centreCounters.overWindow == 1)
    }

    @Sendable private static func noCredits() throws {
        var fixture = try CentreFixture("smpp-no-credits=0x400") { $0.credits = 0 }
        let link = fixture.bound()
        fixture.submit(on: link)
        #expect(fixture.statuses(link) == [CommandStatus(0x400)])
    }

    // MARK: Receipts

    @Sendable private static func receiptBind() throws {
        for (value, expected) in [("first", [20, 0, 0]), ("last", [0, 0, 20]), ("sender", [0, 20, 0])] {
            var fixture = try CentreFixture("smpp-receipt-bind=\(value)")
            #expect(Self.spread(&fixture) == expected)
        }
        var fixture = try CentreFixture("smpp-receipt-bind=random")
        let counts = Self.spread(&fixture)
        #expect(counts.allSatisfy { $0 > 0 } && counts.reduce(0, +) == 20)
    }

    /// Receipts of twenty parts of the second of three binds, by bind.
    private static func spread(_ fixture: inout CentreFixture) -> [Int] {
        let links = [fixture.bound(), fixture.bound(), fixture.bound()]
        for _ in 0..<20 { fixture.submit(on: links[1]) }
        fixture.wait(.seconds(1))
        return links.map { fixture.receipts($0).count }
    }

    @Sendable private static func receiptOrder() throws {
        var fixture = try CentreFixture("smpp-receipt-order=before-response")
        let link = fixture.bound()
        fixture.submit(on: link)
        #expect(fixture.read(link).isEmpty)
        fixture.wait(.seconds(1))
        #expect(fixture.read(link).map(\.command) == [.deliver, CommandID.submit.response])
        // Without anybody to take it, the response does not wait for ever.
        fixture.close(link)
        let transmitter = fixture.bound(.transmitter)
        fixture.submit(on: transmitter)
        fixture.wait(.seconds(1))
        #expect(fixture.statuses(transmitter) == [.ok])
        // Where there will be no receipt, neither.
        fixture.submit(on: transmitter, registered: 0)
        #expect(fixture.statuses(transmitter) == [.ok])
    }

    @Sendable private static func receiptDelay() throws {
        var fixture = try CentreFixture("smpp-receipt-delay=5s")
        let link = fixture.bound()
        fixture.submit(on: link)
        fixture.wait(.milliseconds(5_999))
        #expect(fixture.receipts(link).isEmpty)
        fixture.wait(.milliseconds(1))
        #expect(fixture.receipts(link).count == 1)
    }

    @Sendable private static func receiptShares() throws {
        func states(_ texts: String...) throws -> [DeliveryState?] {
            var fixture = try CentreFixture(switches: texts)
            let link = fixture.bound()
            fixture.submit(on: link)
            fixture.wait(.seconds(1))
            return fixture.receipts(link).map(\.state)
        }
        #expect(try states("smpp-receipt-twice-share=1") == [.delivered, .delivered])
        #expect(try states("smpp-receipt-conflict-share=1") == [.delivered, .undeliverable])
        #expect(try states("smpp-receipt-never-share=1", "smpp-receipt-twice-share=1") == [])
    }

    @Sendable private static func receiptTLV() throws {
        for (value, id, hasState) in [("on", "2625A01", true), ("text", "40000001", true), ("off", nil, false)] {
            var fixture = try CentreFixture("smpp-receipt-tlv=\(value)", "smpp-id-form=hex-then-decimal")
            let link = fixture.bound()
            fixture.submit(on: link)
            fixture.wait(.seconds(1))
            let message = try #require(fixture.deliveries(link).first)
            let receipt = try #require(DeliveryReceipt(message))
            #expect(receipt.parameterID == id && (message.parameters.octet(.messageState) != nil) == hasState)
            #expect(receipt.state == .delivered && receipt.textID == "40000001")
        }
    }

    @Sendable private static func receiptAddresses() throws {
        for (value, source) in [("swapped", CentreFixture.phone), ("kept", "Simulator")] {
            var fixture = try CentreFixture("smpp-receipt-addresses=\(value)")
            let link = fixture.bound()
            fixture.submit(on: link)
            fixture.wait(.seconds(1))
            #expect(fixture.deliveries(link).map(\.source.digits) == [source])
        }
    }

    @Sendable private static func receiptKeep() throws {
        for (wait, count) in [(Duration.seconds(59), 1), (.seconds(60), 0)] {
            var fixture = try CentreFixture("smpp-receipt-keep=1m")
            let first = fixture.bound()
            fixture.submit(on: first)
            fixture.close(first)
            fixture.wait(.seconds(1) + wait)
            let second = fixture.bind()
            #expect(fixture.receipts(second).count == count)
            #expect(fixture.core.centreCounters.discarded == 1 - count)
        }
    }

    @Sendable private static func mobileOriginated() throws {
        var fixture = try CentreFixture("smpp-mo-share=1")
        let link = fixture.bound()
        fixture.submit(on: link)
        fixture.wait(.seconds(1))
        let messages = fixture.deliveries(link)
        #expect(messages.map(\.esmClass) == [.receipt, ESMClass()])
        #expect(messages.last?.source.digits == CentreFixture.phone && messages.last?.destination.digits == "Simulator")
    }

    // MARK: Deliveries

    @Sendable private static func deliverWindow() throws {
        var fixture = try CentreFixture("smpp-deliver-window=2", "smpp-deliver-timeout=10s")
        let first = fixture.bound()
        for _ in 0..<5 { fixture.submit(on: first) }
        fixture.wait(.seconds(1))
        #expect(fixture.receipts(first, answer: nil).count == 2)
        fixture.wait(.milliseconds(9_999))
        #expect(fixture.closed.isEmpty)
        fixture.wait(.milliseconds(1))
        #expect(fixture.closed == [first] && fixture.core.centreCounters.timeouts == 1)
        let second = fixture.bind()
        #expect(fixture.receipts(second).count == 5)
        fixture.wait(.seconds(100))
        #expect(fixture.closed == [first])
    }

    @Sendable private static func deliverRetry() throws {
        var fixture = try CentreFixture("smpp-deliver-retry=0x64,0x45", "smpp-deliver-retry-after=3s")
        let link = fixture.bound()
        fixture.submit(on: link)
        fixture.wait(.seconds(1))
        #expect(fixture.receipts(link, answer: CommandStatus(0x45)).count == 1)
        fixture.wait(.milliseconds(2_999))
        #expect(fixture.receipts(link).isEmpty)
        fixture.wait(.milliseconds(1))
        #expect(fixture.receipts(link, answer: .permanentReceiverError).count == 1)
        fixture.wait(.seconds(100))
        #expect(fixture.receipts(link).isEmpty)
        #expect(fixture.core.centreCounters.negative == 2 && fixture.core.centreCounters.discarded == 1)
    }
}
