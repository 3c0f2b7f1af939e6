import Testing
import Time

@testable import SMPP

/// What becomes of parts.
@Suite struct SessionPartsTests {
    @Test func anAnswerHasItsStatusItsVerdictAndItsID() {
        var fixture = SessionFixture.bound()
        let sequences = (UInt64(1)...4).map { fixture.submit($0) }
        fixture.hear(PDU(sequence: sequences[2], .submitResponse(MessageResponse(id: "c"))))
        fixture.hear(PDU(status: .throttled, sequence: sequences[0], .submitResponse(MessageResponse())))
        fixture.hear(PDU(sequence: sequences[1], .submitResponse(MessageResponse())))
        fixture.hear(PDU(status: CommandStatus(0x0B), sequence: sequences[3], .genericNack))
        #expect(
            fixture.events() == [
                SessionFixture.accepted(3, id: "c"),
                .answered(token: 1, PartAnswer(status: .throttled, verdict: .notSent(.slowDown), id: nil), isLate: false),
                SessionFixture.accepted(2),
                .answered(token: 4, PartAnswer(status: CommandStatus(0x0B), verdict: .refused, id: nil), isLate: false),
            ])
        #expect(fixture.session.partsUnderWay == 0)
    }

    @Test func anAcceptanceWhoseIDCannotBeReadIsAnAcceptance() {
        var fixture = SessionFixture.bound()
        let sequence = fixture.submit(1)
        var octets = SamplePDUs.octets(PDU(sequence: sequence, .submitResponse(MessageResponse(id: "a"))))
        octets[17] = 0x61
        var decoder = PDUDecoder()
        octets.withUnsafeBytes { decoder.read($0) { fixture.session.received($0, at: fixture.now) } }
        let fault = PDUFault(kind: .truncated, field: .messageID)
        #expect(fixture.events() == [.notice(.malformed(CommandID.submit.response, fault)), SessionFixture.accepted(1)])
    }

    @Test func theWindowIsNotExceeded() {
        var fixture = SessionFixture.bound(window: 2)
        let first = fixture.submit(1)
        #expect(fixture.session.canSubmit)
        fixture.submit(2)
        #expect(!fixture.session.canSubmit)
        fixture.hear(PDU(sequence: first, .submitResponse(MessageResponse())))
        #expect(fixture.session.canSubmit)
    }

    @Test func aLateAnswerIsTakenAndItsPlaceIsKeptForIt() {
        var fixture = SessionFixture.bound(window: 1)
        let sequence = fixture.submit(1)
        #expect(fixture.session.nextDeadline == fixture.now + SessionFixture.timeout)
        fixture.wait(SessionFixture.timeout)
        #expect(fixture.events() == [.unanswered(token: 1)] && !fixture.session.canSubmit)
        fixture.wait(.seconds(29))
        fixture.hear(PDU(sequence: sequence, .submitResponse(MessageResponse(id: "a"))))
        fixture.flush()
        #expect(fixture.events() == [SessionFixture.accepted(1, id: "a", isLate: true)] && fixture.session.canSubmit)
    }

    @Test func anAnswerThatIsLateForTheSecondTimeIsNoAnswer() {
        var fixture = SessionFixture.bound(window: 1) { $0.enquireInterval = .seconds(600) }
        let sequence = fixture.submit(1)
        fixture.wait(SessionFixture.timeout)
        fixture.wait(SessionFixture.timeout)
        #expect(fixture.session.canSubmit && fixture.events() == [.unanswered(token: 1), .givenUp(token: 1)])
        fixture.hear(PDU(sequence: sequence, .submitResponse(MessageResponse(id: "a"))))
        #expect(fixture.events() == [.notice(.stray(CommandID.submit.response))])
    }

    @Test func numbersBeginAgainAndPassOverThoseThatAreTaken() {
        var fixture = SessionFixture.bound()
        fixture.session.skip(to: 0)
        let kept = (0..<3).map { fixture.submit(UInt64($0)) }
        fixture.session.skip(to: 0x7FFF_FFFE)
        #expect(kept == [1, 2, 3])
        let next = (3..<5).map { fixture.submit(UInt64($0)) }
        #expect(next == [0x7FFF_FFFF, 4])
    }

    @Test func aPartThatCannotBeWrittenCostsNothing() {
        var fixture = SessionFixture.bound()
        var message = SamplePDUs.submission()
        message.source.digits = "Магазин"
        #expect(throws: PDUEncodingError.badCharacter(.sourceAddress)) { try fixture.session.submit(message, token: 1, at: fixture.now) }
        #expect(!fixture.session.hasOctets && fixture.session.partsUnderWay == 0 && fixture.session.canSubmit)
    }

    // MARK: The socket

    /// Not one octet more, or all of it.
    @Test func aLostLinkTellsWhatIsOutFromWhatIsNot() {
        var fixture = SessionFixture.bound()
        fixture.submit(1)
        fixture.wait(SessionFixture.timeout)
        fixture.flush()
        fixture.hear(PDU(sequence: 500, .enquireLink))
        fixture.flush()
        fixture.submit(2)
        fixture.offer(3)
        let size = fixture.session.withOctets(\.count)
        fixture.write(size - 1)
        fixture.session.connectionEnded()
        #expect(fixture.events() == [.unanswered(token: 1), SessionFixture.ended(.connectionLost, notSent: [3], unknown: [2])])
        #expect(!fixture.session.hasOctets, "the rest of a part that is not sent must never be written")
    }

    @Test func thePartIsOutWithItsLastOctet() {
        var fixture = SessionFixture.bound()
        fixture.offer(3)
        fixture.write(30)
        fixture.write(.max)
        fixture.session.connectionEnded()
        #expect(fixture.events() == [SessionFixture.ended(.connectionLost, unknown: [3])])
    }

    /// No peer can have read it: whoever sends that answers something else.
    @Test func aPartThatIsNotOutHasNoAnswer() {
        var fixture = SessionFixture.bound()
        fixture.offer(3)
        fixture.write(30)
        fixture.hear(PDU(sequence: 2, .submitResponse(MessageResponse(id: "a"))))
        #expect(fixture.events() == [.notice(.stray(CommandID.submit.response))])
        fixture.flush()
        #expect(fixture.read().map(\.sequence) == [2])
        fixture.hear(PDU(sequence: 2, .submitResponse(MessageResponse(id: "a"))))
        #expect(fixture.events() == [SessionFixture.accepted(3, id: "a")])
    }

    @Test func answersAndKeepalivesGoBeforeAPartThatHasNotBegun() {
        var fixture = SessionFixture.bound()
        fixture.offer(1)
        fixture.write(10)
        fixture.hear(PDU(sequence: 500, .enquireLink))
        fixture.hear(PDU(sequence: 501, .deliver(SamplePDUs.receipt(id: "a"))))
        guard case .delivery(let delivery)? = fixture.events().first else {
            Issue.record("no delivery")
            return
        }
        fixture.session.answer(delivery.handle, at: fixture.now)
        #expect(!fixture.session.canSubmit)
        fixture.write(.max)
        #expect(!fixture.session.canSubmit, "the answers come first")
        fixture.flush()
        #expect(fixture.session.canSubmit)
        let read = fixture.read()
        #expect(read.map(\.command) == [.submit, CommandID.enquireLink.response, CommandID.deliver.response])
        #expect(read.dropFirst().map(\.sequence) == [500, 501] && read.allSatisfy { $0.status == .ok })
    }

    @Test func aPeerThatTakesNothingIsLeft() {
        var fixture = SessionFixture.bound()
        fixture.offer(1)
        fixture.write(10)
        fixture.wait(.seconds(29))
        fixture.write(1)
        fixture.wait(.seconds(29))
        #expect(fixture.events() == [])
        fixture.wait(.seconds(1))
        #expect(fixture.events() == [SessionFixture.ended(.blocked, notSent: [1])])
    }

    @Test func aPeerThatAsksAndDoesNotReadIsLeft() {
        var fixture = SessionFixture.bound()
        fixture.offer(1)
        var asked = 0
        while !fixture.session.isEnded, asked < 100_000 {
            fixture.hear(PDU(sequence: 5, .enquireLink))
            asked += 1
        }
        #expect(fixture.events() == [SessionFixture.ended(.blocked, notSent: [1])] && asked < 17_000)
    }
}
