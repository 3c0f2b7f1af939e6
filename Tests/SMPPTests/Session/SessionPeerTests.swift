import Testing
import Time

@testable import SMPP

/// What the peer asks, says and leaves unsaid.
@Suite struct SessionPeerTests {
    @Test func aSilentPeerIsAskedAndThenLeft() {
        var fixture = SessionFixture.bound { $0.enquireInterval = .seconds(20) }
        fixture.wait(.seconds(19))
        fixture.flush()
        #expect(fixture.read() == [] && fixture.session.nextDeadline == fixture.now + .seconds(1))
        fixture.wait(.seconds(1))
        fixture.flush()
        fixture.submit(1)
        #expect(fixture.read().map(\.command) == [.enquireLink, .submit])
        fixture.wait(.seconds(29))
        #expect(fixture.events() == [])
        fixture.wait(.seconds(1))
        #expect(fixture.events() == [.unanswered(token: 1), SessionFixture.ended(.silent)])
    }

    /// A busy link shows by itself that it lives.
    @Test func whateverIsHeardIsASignOfLife() {
        var fixture = SessionFixture.bound()
        for _ in 0..<10 {
            fixture.wait(.seconds(29))
            fixture.hear(PDU(sequence: 3, .enquireLink))
            fixture.flush()
        }
        #expect(fixture.read().allSatisfy { $0.body == .enquireLinkResponse })
        fixture.wait(.seconds(30))
        fixture.flush()
        fixture.wait(.seconds(20))
        fixture.hear(PDU(sequence: 4, .enquireLink))
        fixture.flush()
        fixture.wait(.seconds(29))
        #expect(fixture.events() == [], "asked, and heard of since")
        fixture.wait(.seconds(1))
        fixture.flush()
        #expect(fixture.read().last?.command == .enquireLink)
    }

    @Test func anAnsweredEnquiryIsForgotten() {
        var fixture = SessionFixture.bound()
        fixture.wait(.seconds(30))
        fixture.flush()
        let enquiry = fixture.read()
        #expect(enquiry.map(\.command) == [.enquireLink])
        fixture.hear(PDU(sequence: enquiry[0].sequence, .enquireLinkResponse))
        #expect(fixture.events() == [] && fixture.session.nextDeadline == fixture.now + .seconds(30))
        fixture.hear(PDU(sequence: enquiry[0].sequence, .enquireLinkResponse))
        #expect(fixture.events() == [.notice(.stray(CommandID.enquireLink.response))])
    }

    // MARK: Receipts

    /// The answer is the user's: it means that the receipt is kept.
    @Test func aReceiptIsAnsweredWhenItsUserSaysSo() {
        var fixture = SessionFixture.bound()
        let receipt = SamplePDUs.receipt(id: "a")
        fixture.hear(PDU(sequence: 0xFFFF_FFFF, .deliver(receipt)))
        let events = fixture.events()
        guard case .delivery(let delivery)? = events.first, events.count == 1 else {
            Issue.record("\(events)")
            return
        }
        #expect(delivery.content == .message(receipt) && delivery.receipt?.textID == "a")
        #expect(!fixture.session.hasOctets)
        fixture.session.answer(delivery.handle, at: fixture.now)
        fixture.flush()
        #expect(fixture.read() == [PDU(sequence: 0xFFFF_FFFF, .deliverResponse(MessageResponse()))])
    }

    @Test func aReceiptByDataIsAnsweredAsData() {
        var fixture = SessionFixture.bound()
        var message = DataMessage()
        message.esmClass = .receipt
        fixture.hear(PDU(sequence: 5, .data(message)))
        guard case .delivery(let delivery)? = fixture.events().first else {
            Issue.record("no delivery")
            return
        }
        fixture.session.answer(delivery.handle, .temporaryReceiverError, at: fixture.now)
        fixture.flush()
        #expect(fixture.read() == [PDU(status: .temporaryReceiverError, sequence: 5, .dataResponse(MessageResponse()))])
    }

    @Test func theAnswerToAReceiptOfAnotherSessionGoesNowhere() {
        var fixture = SessionFixture.bound()
        fixture.session.answer(Delivery.Handle(session: 6, sequence: 5, isData: false), at: fixture.now)
        #expect(!fixture.session.hasOctets)
        fixture.session.connectionEnded()
        fixture.session.answer(Delivery.Handle(session: 7, sequence: 5, isData: false), at: fixture.now)
        #expect(!fixture.session.hasOctets)
    }

    @Test func noMoreReceiptsAreTakenThanMayWait() {
        var fixture = SessionFixture.bound { $0.maximumDeliveries = 2 }
        for sequence in UInt32(1)...3 { fixture.hear(PDU(sequence: sequence, .deliver(SamplePDUs.receipt(id: "a")))) }
        let events = fixture.events()
        #expect(events.count == 3 && events.last == .notice(.deliveryDropped) && !fixture.session.hasOctets)
        guard case .delivery(let delivery)? = events.first else { return }
        fixture.session.answer(delivery.handle, at: fixture.now)
        fixture.hear(PDU(sequence: 3, .deliver(SamplePDUs.receipt(id: "a"))))
        guard case .delivery? = fixture.events().first else {
            Issue.record("there was room for another")
            return
        }
    }

    // MARK: What nobody expects

    @Test func aNackThatAnswersNothingEndsTheSession() {
        for sequence in [UInt32(0), 77] {
            var fixture = SessionFixture.bound()
            fixture.submit(1)
            fixture.hear(PDU(status: .invalidCommandID, sequence: sequence, .genericNack))
            #expect(fixture.events() == [SessionFixture.ended(.nack(.invalidCommandID), unknown: [1])])
        }
    }

    @Test func aNackOfAnEnquiryIsASignOfLife() {
        var fixture = SessionFixture.bound()
        fixture.wait(.seconds(30))
        fixture.flush()
        fixture.hear(PDU(status: .invalidCommandID, sequence: fixture.read()[0].sequence, .genericNack))
        #expect(fixture.events() == [] && fixture.session.isBound)
    }

    @Test func aRequestThatNoCentreMakesIsToldSo() {
        for command in [CommandID.submit, CommandID(rawValue: 0x777)] {
            var fixture = SessionFixture.bound()
            fixture.hear(PDU(sequence: 9, command == .submit ? .submit(SamplePDUs.submission()) : .other(command, [1, 2])))
            fixture.flush()
            #expect(fixture.read() == [PDU(status: .invalidCommandID, sequence: 9, .genericNack)])
            #expect(fixture.events() == [.notice(.unexpected(command))])
        }
    }

    @Test func noticesAndUnknownResponsesAreNotAnswered() {
        var fixture = SessionFixture.bound()
        for command in [CommandID.outbind, .alertNotification, CommandID(rawValue: 0x8000_0777), CommandID.unbind.response] {
            fixture.hear(PDU(sequence: 9, command == CommandID.unbind.response ? .unbindResponse : .other(command, [1])))
        }
        #expect(!fixture.session.hasOctets && fixture.session.isBound)
        #expect(
            fixture.events() == [
                .notice(.unexpected(.outbind)), .notice(.unexpected(.alertNotification)),
                .notice(.stray(CommandID(rawValue: 0x8000_0777))), .notice(.stray(CommandID.unbind.response)),
            ])
    }

    @Test func aRequestThatCannotBeReadIsRefused() {
        var fixture = SessionFixture.bound()
        var octets: [UInt8] = []
        for field in [UInt32(17), CommandID.deliver.rawValue, 0, 9] { octets.appendBigEndian(field) }
        var decoder = PDUDecoder()
        (octets + [0x31]).withUnsafeBytes { decoder.read($0) { fixture.session.received($0, at: fixture.now) } }
        fixture.flush()
        #expect(fixture.read() == [PDU(status: .permanentReceiverError, sequence: 9, .deliverResponse(MessageResponse()))])
        #expect(fixture.events() == [.notice(.malformed(.deliver, PDUFault(kind: .truncated, field: .serviceType)))])
    }

    @Test func octetsThatAreNoSMPPAreNackedAndEndTheSession() {
        var fixture = SessionFixture.bound()
        fixture.submit(1)
        _ = fixture.read()
        fixture.session.received(.lost(.tooShort(8)), at: fixture.now)
        #expect(fixture.events() == [SessionFixture.ended(.framing(.tooShort(8)), unknown: [1])])
        fixture.flush()
        #expect(fixture.read() == [PDU(status: .invalidCommandLength, sequence: 0, .genericNack)])
    }
}
