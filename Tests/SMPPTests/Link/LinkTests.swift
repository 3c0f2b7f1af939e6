import Connect
import Synchronization
import TestSupport
import Testing

@testable import SMPP

/// The whole over a real socket, against a message centre made of bytes.
@Suite(.timeLimit(.minutes(3))) struct LinkTests {
    private func run(
        answersReceipts: Bool = true, _ script: @escaping @Sendable (TinySMSC, ScriptedConnection) -> Void,
        change: @escaping @Sendable (inout SessionSettings) -> Void = { _ in }, _ body: (LinkFixture) async throws -> Void
    ) async throws {
        let server = try ScriptedServer { script(TinySMSC($0), $0) }
        let fixture = try await LinkFixture(port: server.port, answersReceipts: answersReceipts, change: change)
        try await body(fixture)
        try await fixture.close()
        try await onThread { server.stop() }
    }

    @Test func partsAreSubmittedAndAnswered() async throws {
        try await run { smsc, _ in
            smsc.bind()
            smsc.serve()
        } _: { fixture in
            await fixture.submit(0..<500)
            await fixture.until { $0.answers.count == 500 }
            let answers = await fixture.on { $0.answers }
            #expect(answers.values.allSatisfy { $0.verdict == .accepted } && Set(answers.values.map(\.id)).count == 500)
        }
    }

    /// Ten are out before one is answered, again and again: else the centre would wait for ever.
    @Test func theWindowIsUsed() async throws {
        try await run { smsc, _ in
            smsc.bind()
            for _ in 0..<20 {
                let parts = (0..<10).compactMap { _ in smsc.next() }
                for part in parts.reversed() { smsc.write(PDU(sequence: part.sequence, .submitResponse(MessageResponse(id: "a")))) }
            }
            smsc.serve()
        } _: { fixture in
            await fixture.submit(0..<200)
            await fixture.until { $0.answers.count == 200 }
        }
    }

    @Test func aReceiptIsAnsweredOnlyWhenItIsKept() async throws {
        let isKept = Mutex(false)
        let answeredEarly = Mutex<Bool?>(nil)
        try await run(answersReceipts: false) { smsc, _ in
            smsc.bind()
            smsc.write(PDU(sequence: 0, .deliver(SamplePDUs.receipt(id: "17"))))
            if smsc.next()?.body == .deliverResponse(MessageResponse()) {
                let isKept = isKept.withLock { $0 }
                answeredEarly.withLock { $0 = !isKept }
            }
            smsc.write(PDU(sequence: 1, .deliver(SamplePDUs.receipt(id: "18"))))
            smsc.serve()
        } _: { fixture in
            await fixture.until { $0.deliveries.count == 1 }
            isKept.withLock { $0 = true }
            await fixture.on { fixture in for delivery in fixture.deliveries { fixture.link?.answer(delivery.handle) } }
            await fixture.until { $0.deliveries.count == 2 }
            #expect(answeredEarly.withLock { $0 } == false)
            #expect(await fixture.on { $0.deliveries.map { $0.receipt?.textID } } == ["17", "18"])
        }
    }

    /// Octet by octet, then three at once; the receipt before the answer to its part.
    @Test func pdusComeHoweverTheyArePacked() async throws {
        try await run { smsc, connection in
            smsc.bind()
            guard let part = smsc.next() else { return }
            for octet in SamplePDUs.octets(PDU(sequence: 5, .deliver(SamplePDUs.receipt(id: "9")))) {
                connection.write([octet])
                connection.untilArrived()
            }
            _ = smsc.next()
            smsc.write(
                PDU(sequence: part.sequence, .submitResponse(MessageResponse(id: "9"))), PDU(sequence: 6, .enquireLink),
                PDU(sequence: 7, .deliver(SamplePDUs.receipt(id: "9"))))
            smsc.serve()
        } _: { fixture in
            await fixture.submit(0..<1)
            await fixture.until { $0.deliveries.count == 2 }
            let kinds = await fixture.on { fixture in
                fixture.sessionEvents.map { event in
                    switch event {
                    case .bound: "bound"
                    case .delivery: "receipt"
                    case .answered: "answer"
                    default: "\(event)"
                    }
                }
            }
            #expect(kinds == ["bound", "receipt", "answer", "receipt"])
        }
    }

    // MARK: Ends

    @Test func leavingWaitsForAnswersAndUnbinds() async throws {
        let hasUnbound = TestSignal()
        try await run { smsc, _ in
            smsc.bind()
            let parts = (0..<3).compactMap { _ in smsc.next() }
            for part in parts { smsc.write(PDU(sequence: part.sequence, .submitResponse(MessageResponse(id: "a")))) }
            if smsc.next()?.body == .unbind { hasUnbound.fire() }
        } _: { fixture in
            await fixture.submit(0..<3)
            await fixture.until { $0.link?.partsUnderWay == 3 || $0.answers.count > 0 }
            await fixture.on { $0.link?.leave(within: .seconds(60)) }
            await fixture.until { $0.events.last == .left }
            let endings = await fixture.on { $0.endings }
            #expect(endings == [Ending(reason: .unbound, notSent: [], unknown: [])] && hasUnbound.isFired)
            #expect(await fixture.on { $0.answers.count } == 3)
        }
    }

    @Test func aLostLinkIsTakenUpAgain() async throws {
        try await run { smsc, connection in
            smsc.bind()
            guard connection.number == 0 else { return smsc.serve() }
            _ = (0..<3).map { _ in smsc.next() }
            connection.reset()
        } _: { fixture in
            await fixture.submit(0..<3)
            await fixture.until { !$0.endings.isEmpty }
            #expect(await fixture.on { $0.endings } == [Ending(reason: .connectionLost, notSent: [], unknown: [0, 1, 2])])
            await fixture.submit(3..<5)
            await fixture.until { $0.answers.count == 2 }
            #expect(await fixture.on { $0.failures } == [.ended(.connectionLost)])
        }
    }

    /// It was refused while another one was being told.
    @Test func aPasswordThatIsOutdatedIsNotWaitedFor() async throws {
        let (isBinding, mayAnswer) = (TestSignal(), ThreadGate())
        try await run { smsc, connection in
            guard let pdu = smsc.next(), case .bind(let bind) = pdu.body else { return }
            if connection.number == 0 {
                isBinding.fire()
                mayAnswer.pass()
            }
            let status = bind.password == "new" ? CommandStatus.ok : .invalidPassword
            smsc.write(PDU(status: status, sequence: pdu.sequence, .bindResponse(bind.kind, BindResponse())))
            smsc.serve()
        } _: { fixture in
            await isBinding.wait()
            await fixture.on { fixture in
                #expect(throws: PDUEncodingError.self) { try fixture.link?.use(password: String(repeating: "x", count: 300)) }
                try? fixture.link?.use(password: "new")
            }
            mayAnswer.open()
            await fixture.until { $0.link?.isBound == true }
            let waits = await fixture.on { $0.events.compactMap { if case .waiting(let wait, _) = $0 { wait } else { nil } } }
            #expect(waits == [.zero])
        }
    }

    /// Seen: after a lost link a centre has one status for all refusals.
    @Test func aRefusalTellsWhatHelps() async throws {
        try await run { smsc, connection in
            smsc.bind([.ok, .bindFailed, .invalidPassword][min(2, connection.number)])
            if connection.number == 0 { connection.reset() } else { while smsc.next() != nil {} }
        } _: { fixture in
            await fixture.until { $0.failures.count >= 3 }
            let failures = await fixture.on { Array($0.failures.prefix(3)) }
            #expect(
                failures == [
                    .ended(.connectionLost), .refused(.tooManyBinds, .bindFailed), .refused(.credentials, .invalidPassword),
                ])
            guard case .waiting(let wait, _)? = await fixture.on({ $0.events.last }) else { return }
            #expect(wait >= .seconds(30), "an account that is tried again and again may be locked")
        }
    }

    @Test func whatIsNoSMPPIsNackedAndLeft() async throws {
        let nack = Mutex<PDU?>(nil)
        let isRead = ThreadGate()
        try await run { smsc, connection in
            _ = smsc.next()
            connection.write("HTTP/1.1 400 Bad Request\r\n\r\n")
            let pdu = smsc.next()
            nack.withLock { $0 = $0 ?? pdu }
            isRead.open()
            connection.awaitClose()
        } _: { fixture in
            await fixture.until { !$0.failures.isEmpty }
            #expect(await fixture.on { $0.failures.first } == .ended(.framing(.tooLong(0x4854_5450))))
            try await onThread { isRead.pass() }
            #expect(nack.withLock { $0 } == PDU(status: .invalidCommandLength, sequence: 0, .genericNack))
        }
    }

    @Test func aPortWhereNobodyListensIsTriedAgain() async throws {
        let fixture = try await LinkFixture(port: FreePort.next())
        await fixture.until { $0.failures.count >= 2 }
        #expect(await fixture.on { $0.failures[0] } == .connect(ConnectFailure(.refused, detail: "Connection refused")))
        await fixture.on { $0.link?.leave(within: .zero) }
        await fixture.until { $0.events.last == .left }
        try await fixture.close()
    }

    /// Of what a full socket took, the peer has exactly what is told as out: all of it, and not an octet of what is not.
    @Test func aFullSocketLeavesOnePartHalfWritten() async throws {
        let whole = Mutex<Int?>(nil)
        let (mayRead, isCounted) = (ThreadGate(), ThreadGate())
        try await run { smsc, connection in
            smsc.bind()
            mayRead.pass()
            var parts = 0
            while let pdu = smsc.next() { if pdu.command == .submit { parts += 1 } }
            whole.withLock { $0 = parts }
            isCounted.open()
        } change: {
            $0.window = 1_000
            // The pool that runs the tests may be busy for long.
            $0.responseTimeout = .seconds(600)
        } _: { fixture in
            var message = SamplePDUs.submission()
            message.parameters.append(.payload, [UInt8](repeating: 7, count: 60_000))
            let large = message
            await fixture.until { $0.link?.isBound == true }
            await fixture.submit(0..<1_000, large)
            await fixture.until { $0.parts.count < 1_000 }
            await fixture.on { $0.link?.close() }
            let ending = await fixture.on { $0.endings[0] }
            #expect(ending.notSent.count == 1 && ending.notSent == [UInt64(ending.unknown.count)])
            mayRead.open()
            try await onThread { isCounted.pass() }
            #expect(whole.withLock { $0 } == ending.unknown.count && !ending.unknown.isEmpty)
        }
    }

    @Test func aPartThatCannotBeWrittenIsGivenBack() async throws {
        try await run { smsc, _ in
            smsc.bind()
            smsc.serve()
        } _: { fixture in
            var message = SamplePDUs.submission()
            message.destination.digits = "37529\u{0}"
            await fixture.submit(0..<1, message)
            await fixture.submit(1..<2)
            await fixture.until { $0.answers.count == 1 }
            #expect(await fixture.on { $0.events.contains(.invalid(token: 0, .badCharacter(.destinationAddress))) })
        }
    }
}
