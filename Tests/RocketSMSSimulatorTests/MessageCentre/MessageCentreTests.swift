import RocketSMSSimulator
import SMPP
import Testing
import Time

@Suite struct MessageCentreTests {
    // MARK: Binds

    @Test func aBindIsAnsweredByItsCredentials() throws {
        var fixture = try CentreFixture()
        for (user, password, status) in [
            ("123456789", "simulator", CommandStatus.ok), ("1", "simulator", .invalidSystemID), ("123456789", "guess", .invalidPassword),
        ] {
            let link = fixture.bind(user: user, password: password)
            let pdu = try #require(fixture.read(link).first)
            #expect(pdu.status == status && pdu.sequence == 1 && pdu.command == CommandID.bindTransceiver.response)
            fixture.submit(on: link)
            #expect(fixture.statuses(link) == [status == .ok ? .ok : .wrongBindStatus])
        }
        #expect(fixture.core.parts.count == 1)
        #expect(fixture.core.centreCounters.binds == 1 && fixture.core.centreCounters.refusedBinds == 2)
    }

    @Test func aLinkIsBoundOnce() throws {
        var fixture = try CentreFixture()
        let link = fixture.bound()
        fixture.hear(PDU(sequence: 5, .bind(Bind(.transceiver, systemID: "123456789", password: "simulator"))), on: link)
        #expect(fixture.read(link).map(\.status) == [.alreadyBound])
        fixture.submit(on: link)
        #expect(fixture.statuses(link) == [.ok])
    }

    @Test func onlyWhoSubmitsMaySubmit() throws {
        var fixture = try CentreFixture()
        let (receiver, transmitter) = (fixture.bound(.receiver), fixture.bound(.transmitter))
        fixture.submit(on: receiver)
        #expect(fixture.statuses(receiver) == [.wrongBindStatus])
        fixture.submit(on: transmitter)
        #expect(fixture.statuses(transmitter) == [.ok])
        fixture.wait(.seconds(1))
        #expect(fixture.read(transmitter).isEmpty)
        #expect(fixture.receipts(receiver).map(\.state) == [.delivered])
    }

    @Test func aClientLeaves() throws {
        var fixture = try CentreFixture()
        let link = fixture.bound()
        fixture.hear(PDU(sequence: 9, .enquireLink), on: link)
        fixture.hear(PDU(sequence: 10, .unbind), on: link)
        #expect(fixture.read(link) == [PDU(sequence: 9, .enquireLinkResponse), PDU(sequence: 10, .unbindResponse)])
        #expect(fixture.closed == [link])
    }

    @Test func whatIsNotUnderstoodIsSaid() throws {
        var fixture = try CentreFixture()
        let link = fixture.bound()
        fixture.hear(PDU(sequence: 3, .other(CommandID(rawValue: 0x77), [])), on: link)
        fixture.hear(PDU(sequence: 4, .other(CommandID(rawValue: 0x8000_0077), [])), on: link)
        #expect(fixture.read(link) == [PDU(status: .invalidCommandID, sequence: 3, .genericNack)])
        fixture.hear(.lost(.tooShort(8)), on: link)
        #expect(fixture.read(link) == [PDU(status: .invalidCommandLength, sequence: 0, .genericNack)])
        #expect(fixture.closed == [link])
    }

    // MARK: Parts

    @Test func aPartIsRecordedAsItCame() throws {
        var fixture = try CentreFixture("smpp-id-form=decimal")
        let link = fixture.bound()
        let sequence = fixture.submit(on: link) { message in
            message.dataCoding = 8
            message.esmClass = .userDataHeader
            message.octets = [6, 8, 4, 1, 2, 3, 2, 0x04, 0x1F]
        }
        let part = try #require(fixture.core.parts.first)
        #expect(part.sequence == 1 && part.commandSequence == sequence && part.link == link && part.systemID == "123456789")
        #expect(part.source == "Simulator" && part.destination == CentreFixture.phone && part.dataCoding == 8 && part.esmClass == 0x40)
        #expect(part.content.reference == 0x102 && part.content.total == 3 && part.content.number == 2)
        #expect(part.content.octets == [0x04, 0x1F] && part.registeredDelivery == 1)
        #expect(part.messageID == "40000001" && part.acceptedAt == fixture.now)
        #expect(fixture.ids(link) == ["40000001"])
    }

    @Test func partsAreJoinedByParametersToo() throws {
        var fixture = try CentreFixture()
        let link = fixture.bound()
        fixture.submit(on: link) { message in
            message.parameters.append(.sarReference, [1, 0])
            message.parameters.append(.sarTotal, [4])
            message.parameters.append(.sarNumber, [3])
        }
        fixture.submit(on: link) { message in
            message.octets = []
            message.parameters.append(.payload, Array(repeating: 0x41, count: 200))
        }
        let parts = fixture.core.parts
        #expect(parts.map(\.content.reference) == [256, nil] && parts.map(\.content.total) == [4, 1])
        #expect(parts.map(\.content.number) == [3, 1] && parts[1].content.octets.count == 200)
        // One part, and a text of two.
        #expect(fixture.core.credits == 1_000_000 - 3)
    }

    @Test func whatCannotBePaidOrReachedIsRefused() throws {
        var fixture = try CentreFixture { $0.credits = 1 }
        let link = fixture.bound()
        fixture.submit(on: link, to: "12")
        fixture.submit(on: link)
        fixture.submit(on: link)
        #expect(fixture.statuses(link) == [CommandStatus(0x0B), .ok, CommandStatus(0x45)])
        #expect(fixture.core.parts.count == 1 && fixture.core.credits == 0)
    }

    // MARK: Receipts

    @Test(arguments: [("DELIVERED", DeliveryState.delivered), ("FAILED", .undeliverable), ("EXPIRED", .expired), ("REJECTD", .rejected)])
    func aReceiptSaysWhatBecameOfThePart(final: String, state: DeliveryState) throws {
        var fixture = try CentreFixture("smpp-id-form=hex")
        try fixture.core.add(FateRule(final: final))
        let link = fixture.bound()
        fixture.submit(on: link)
        let id = try #require(fixture.ids(link).first)
        fixture.wait(.milliseconds(999))
        #expect(fixture.read(link).isEmpty)
        fixture.wait(.milliseconds(1))
        let receipt = try #require(fixture.receipts(link).first)
        #expect(receipt.state == state && receipt.parameterID == id && receipt.textID == id)
        fixture.wait(.seconds(3_600))
        #expect(fixture.read(link).isEmpty)
        #expect(fixture.core.centreCounters.kept == 1)
    }

    @Test func whatStaysOnItsWayHasNoReceipt() throws {
        var fixture = try CentreFixture()
        try fixture.core.add(FateRule(final: "SENT"))
        let link = fixture.bound()
        fixture.submit(on: link)
        fixture.wait(.seconds(100_000))
        #expect(fixture.receipts(link).isEmpty)
    }

    @Test func eachPartHasItsFateByARule() throws {
        var fixture = try CentreFixture()
        try fixture.core.add(FateRule(phoneSuffix: "67", part: 2, final: "FAILED"))
        let link = fixture.bound()
        for number in [UInt8(1), 2] { fixture.submitPart(number, on: link) }
        fixture.submitPart(2, on: link, to: "375291234568")
        _ = fixture.read(link)
        fixture.wait(.seconds(1))
        #expect(fixture.receipts(link).map(\.state) == [.delivered, .undeliverable, .delivered])
    }

    @Test func receiptsComeAsAsked() throws {
        var fixture = try CentreFixture()
        try fixture.core.add(FateRule(phoneSuffix: "8", final: "FAILED"))
        let link = fixture.bound()
        for registered in [UInt8(0), 1, 2] {
            fixture.submit(on: link, registered: registered)
            fixture.submit(on: link, to: "375291234568", registered: registered)
        }
        fixture.wait(.seconds(1))
        #expect(fixture.receipts(link).map(\.state) == [.delivered, .undeliverable, .undeliverable])
    }

    @Test func aReceiptWaitsForABind() throws {
        var fixture = try CentreFixture()
        let first = fixture.bound(.transmitter)
        fixture.submit(on: first)
        fixture.wait(.seconds(3_600))
        let second = fixture.bind(.receiver)
        #expect(fixture.receipts(second).map(\.state) == [.delivered])
    }

    @Test func whatWasNotKeptComesAgain() throws {
        var fixture = try CentreFixture()
        let first = fixture.bound()
        fixture.submit(on: first)
        fixture.wait(.seconds(1))
        #expect(fixture.receipts(first, answer: nil).count == 1)
        fixture.close(first)
        let second = fixture.bind()
        #expect(fixture.receipts(second).map(\.state) == [.delivered])
        fixture.close(second)
        let third = fixture.bind()
        #expect(fixture.receipts(third).isEmpty)
    }

    @Test func theSameSeedHasTheSameCourse() throws {
        func course(_ seed: UInt64) throws -> [[PDU]] {
            var fixture = try CentreFixture(
                "smpp-receipt-twice-share=0.3", "smpp-receipt-never-share=0.3", "smpp-mo-share=0.3", "failed-share=0.5",
                "smpp-empty-id-share=0.5", "smpp-deliver-window=0"
            ) { $0.seed = seed }
            let links = [fixture.bound(), fixture.bound()]
            for _ in 0..<50 { fixture.submit(on: links[0]) }
            fixture.wait(.seconds(5))
            return links.map { fixture.read($0) }
        }
        #expect(try course(5) == course(5))
        #expect(try course(5) != course(6))
    }
}
