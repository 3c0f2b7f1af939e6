import Testing
import Time

@testable import SMPP

/// From the bind to the unbind.
@Suite struct SessionBindTests {
    @Test func theBindIsTheFirstThingWrittenAndNothingElseIsBeforeItsAnswer() {
        var fixture = SessionFixture()
        fixture.flush()
        #expect(fixture.read() == [PDU(sequence: 1, .bind(Bind(.transceiver, systemID: "shop", password: "secret")))])
        #expect(!fixture.session.canSubmit)
        fixture.wait(.seconds(29))
        fixture.flush()
        #expect(fixture.read() == [] && fixture.events() == [], "no enquire_link before the answer to the bind")
        fixture.hear(PDU(sequence: 1, .bindResponse(.transceiver, BindResponse(systemID: "smsc"))))
        #expect(fixture.events() == [.bound(BindResponse(systemID: "smsc"))] && fixture.session.canSubmit)
    }

    @Test func aRefusedBindEndsTheSession() {
        for pdu in [
            PDU(status: .invalidPassword, sequence: 1, .bindResponse(.transceiver, BindResponse())),
            PDU(status: .invalidPassword, sequence: 1, .genericNack),
        ] {
            var fixture = SessionFixture()
            fixture.hear(pdu)
            #expect(fixture.events() == [SessionFixture.ended(.bindRefused(.invalidPassword))])
        }
    }

    /// The header says that it is bound; what the peer calls itself is no matter.
    @Test func aBindAnswerThatCannotBeReadBindsAllTheSame() {
        var fixture = SessionFixture()
        var octets = SamplePDUs.octets(PDU(sequence: 1, .bindResponse(.transceiver, BindResponse(systemID: "a"))))
        octets[17] = 0x61
        var decoder = PDUDecoder()
        octets.withUnsafeBytes { decoder.read($0) { fixture.session.received($0, at: fixture.now) } }
        #expect(fixture.events().last == .bound(BindResponse()) && fixture.session.isBound)
    }

    @Test func aBindWithoutAnAnswerEndsInTime() {
        var fixture = SessionFixture()
        fixture.flush()
        #expect(fixture.session.nextDeadline == fixture.now + SessionFixture.timeout)
        fixture.wait(SessionFixture.timeout)
        #expect(fixture.events() == [SessionFixture.ended(.bindTimeout)] && fixture.session.nextDeadline == nil)
    }

    @Test func aReceiverSubmitsNothing() {
        let fixture = SessionFixture.bound(kind: .receiver)
        #expect(fixture.session.isBound && !fixture.session.canSubmit)
        #expect(SessionFixture.bound(kind: .transmitter).session.canSubmit)
    }

    // MARK: Leaving

    @Test func leavingWaitsForAnswersThenUnbinds() {
        var fixture = SessionFixture.bound()
        let sequence = fixture.submit(41)
        _ = fixture.read()
        fixture.session.leave(at: fixture.now, by: fixture.now + .seconds(10))
        fixture.flush()
        #expect(fixture.read() == [] && !fixture.session.canSubmit)
        fixture.hear(PDU(sequence: sequence, .submitResponse(MessageResponse(id: "a"))))
        fixture.flush()
        let unbind = fixture.read()
        #expect(unbind.map(\.body) == [.unbind] && fixture.events() == [SessionFixture.accepted(41, id: "a")])
        fixture.hear(PDU(sequence: unbind[0].sequence, .unbindResponse))
        #expect(fixture.events() == [SessionFixture.ended(.unbound)])
    }

    @Test func leavingWaitsNoLongerThanItMay() {
        var fixture = SessionFixture.bound()
        fixture.submit(41)
        fixture.session.leave(at: fixture.now, by: fixture.now + .seconds(10))
        #expect(fixture.session.nextDeadline == fixture.now + .seconds(10))
        fixture.wait(.seconds(10))
        fixture.flush()
        #expect(fixture.read().last?.body == .unbind)
        fixture.wait(.seconds(2))
        #expect(fixture.events() == [SessionFixture.ended(.unbound, unknown: [41])])
    }

    /// Seen: a peer that closes and says nothing.
    @Test func theEndOfTheStreamIsAnAnswerToAnUnbind() {
        var fixture = SessionFixture.bound()
        fixture.session.leave(at: fixture.now, by: fixture.now)
        fixture.session.connectionEnded()
        #expect(fixture.events() == [SessionFixture.ended(.unbound)])
        var open = SessionFixture()
        open.session.leave(at: open.now, by: open.now)
        #expect(open.events() == [SessionFixture.ended(.unbound)])
    }

    @Test func thePeersUnbindIsAnsweredAndAnswersThatComeAfterItCount() {
        var fixture = SessionFixture.bound()
        let sequence = fixture.submit(41)
        fixture.submit(42)
        _ = fixture.read()
        fixture.hear(PDU(sequence: 900, .unbind))
        fixture.flush()
        #expect(fixture.read() == [PDU(sequence: 900, .unbindResponse)] && !fixture.session.canSubmit)
        fixture.hear(PDU(sequence: sequence, .submitResponse(MessageResponse(id: "a"))))
        #expect(fixture.events() == [SessionFixture.accepted(41, id: "a")])
        fixture.session.connectionEnded()
        #expect(fixture.events() == [SessionFixture.ended(.peerUnbound, unknown: [42])])
    }

    /// Whether what is out was taken is only known by its own answers: they are awaited before another bind.
    @Test func aPartThatWantsAnotherBindDrainsThisOne() {
        var fixture = SessionFixture.bound()
        let (first, second) = (fixture.submit(41), fixture.submit(42))
        _ = fixture.read()
        fixture.hear(PDU(status: .wrongBindStatus, sequence: first, .submitResponse(MessageResponse())))
        fixture.flush()
        #expect(fixture.read() == [] && !fixture.session.canSubmit)
        fixture.hear(PDU(sequence: second, .submitResponse(MessageResponse())))
        fixture.flush()
        #expect(fixture.read().map(\.body) == [.unbind])
        fixture.session.connectionEnded()
        let answer = PartAnswer(status: .wrongBindStatus, verdict: .notSent(.rebind), id: nil)
        #expect(
            fixture.events() == [
                .answered(token: 41, answer, isLate: false), SessionFixture.accepted(42), SessionFixture.ended(.rebind(.wrongBindStatus)),
            ])
    }
}
