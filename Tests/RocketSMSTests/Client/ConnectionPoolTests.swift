import EventLoop
import Synchronization
import TestSupport
import Testing
import Time

@testable import RocketSMS

/// Connections and waiters are bounded, and a connection that the server closed while idle never costs a message.
@Suite(.timeLimit(.minutes(3))) struct ConnectionPoolTests {
    @Test func aConnectionIsUsedAgain() async throws {
        try await withClient { connection in
            while connection.readRequest() != nil { connection.answer(Accepted.answer) }
        } body: { client, server in
            for _ in 0..<20 { #expect(await client.send() == .accepted(Accepted.receipt)) }
            #expect(server.connectionCount == 1)
            #expect(await client.onLoop { $0.openConnections } == 1)
        }
    }

    @Test func connectionsAndWaitersAreBounded() async throws {
        let received = TestCounter()
        let answers = ThreadGate()
        try await withClient {
            $0.maximumConnections = 2
            $0.maximumWaiting = 3
        } script: { connection in
            while connection.readRequest() != nil {
                received.increment()
                answers.pass()
                connection.answer(Accepted.answer)
            }
        } body: { client, server in
            let first = client.sends(2)
            await received.wait(for: 2)
            #expect(await client.onLoop { $0.hasCapacity } == false)
            let more = client.sends(6)
            #expect(await more.next(3) == Array(repeating: .notSent(.tooManyWaiting, retryAfter: nil), count: 3))
            #expect(received.count == 2, "nobody else was written")
            answers.open(times: 5)
            #expect(await first.all() == Array(repeating: .accepted(Accepted.receipt), count: 2))
            #expect(await more.next(3) == Array(repeating: .accepted(Accepted.receipt), count: 3))
            #expect(server.connectionCount == 2)
            #expect(await client.onLoop { $0.openConnections } == 2)
        }
    }

    @Test func whoWaitsTooLongIsNotSent() async throws {
        let received = TestCounter()
        try await withClient(timeout: .seconds(60)) {
            $0.maximumConnections = 1
        } script: { connection in
            _ = connection.readRequest()
            received.increment()
            connection.awaitClose()
        } body: { client, _ in
            let first = client.sends(1)
            await received.wait(for: 1)
            let reply = await client.call { $0.send(ClientFixture.message, deadline: .now + .milliseconds(50), tag: $1) }
            #expect(reply == .send(.notSent(.waitedTooLong, retryAfter: nil)))
            // The end of the client answers what runs: its request is out.
            await client.onLoop { $0.close() }
            #expect(await first.all() == [.unknown(.closed)])
            #expect(await client.send() == .notSent(.closed, retryAfter: nil))
        }
    }

    @Test func whoHasNoLeaveAnyMoreIsNotSent() async throws {
        let received = TestCounter()
        try await withClient { connection in
            while connection.readRequest() != nil {
                received.increment()
                connection.answer(Accepted.answer)
            }
        } body: { client, server in
            // On a new connection, then on one that was used.
            for _ in 0..<2 {
                await client.onLoop { $0.mayBegin = { _ in false } }
                #expect(await client.send() == .notSent(.leaseEnded, retryAfter: nil))
                await client.onLoop { $0.mayBegin = { _ in true } }
                #expect(await client.send() == .accepted(Accepted.receipt))
            }
            #expect(received.count == 2)
            #expect(server.connectionCount == 1)
        }
    }

    /// The kernel's buffers are full, and are read again when the leave has ended: not a byte of the request leaves any more.
    @Test(arguments: [true, false]) func aFirstWriteThatBlocksAsksForItsLeaveAgain(hasLeaveStill: Bool) async throws {
        let reads = ThreadGate()
        let hasLeft = Mutex<Bool?>(nil)
        let ended = TestSignal()
        let asked = TestCounter()
        try await withClient { connection in
            guard connection.readRequest() != nil else { return }
            connection.answer(Accepted.answer)
            reads.pass()
            let came = readsMoreThanFilling(from: connection.descriptor)
            hasLeft.withLock { $0 = came }
            connection.answer(Accepted.answer)
            ended.fire()
        } body: { client, server in
            #expect(await client.send() == .accepted(Accepted.receipt))
            let port = server.port
            let outcome = await client.call { client, tag in
                client.mayBegin = { _ in
                    asked.increment()
                    if asked.count == 1 { return true }
                    return hasLeaveStill
                }
                #expect(fillSockets(to: port) > 0)
                client.send(ClientFixture.message, tag: tag)
                // On the loop: the write above has blocked, and what follows is a turn of its own.
                reads.open()
            }
            #expect(outcome == .send(hasLeaveStill ? .accepted(Accepted.receipt) : .notSent(.leaseEnded, retryAfter: nil)))
            await ended.wait()
            #expect(hasLeft.withLock { $0 } == hasLeaveStill)
            #expect(asked.count >= 2, "before the first write, and before the next")
        }
    }

    /// The server closes each connection while it rests; half the time the client's loop has had no turn in which to notice.
    @Test func idleConnectionsThatTheServerClosesCostNothing() async throws {
        let closes = ThreadGate()
        let isClosed = ThreadGate()
        try await withClient { connection in
            guard connection.readRequest() != nil else { return }
            connection.answer(Accepted.answer)
            closes.pass()
            if connection.number % 3 == 0 { connection.reset() } else { connection.finish() }
            isClosed.open()
        } body: { client, server in
            var outcomes: [SendOutcome] = []
            for round in 0..<200 {
                if round % 2 == 0 {
                    outcomes.append(await client.send())
                    try await onThread {
                        closes.open()
                        isClosed.pass()
                    }
                } else {
                    outcomes.append(await client.send())
                    let reply = await client.call { client, tag in
                        closes.open()
                        isClosed.pass()
                        client.send(ClientFixture.message, tag: tag)
                    }
                    guard case .send(let outcome) = reply else { return }
                    outcomes.append(outcome)
                    try await onThread {
                        closes.open()
                        isClosed.pass()
                    }
                }
            }
            #expect(outcomes.count == 300)
            #expect(outcomes.allSatisfy { $0 == .accepted(Accepted.receipt) })
            #expect(server.connectionCount == 300)
        }
    }

    @Test func bytesThatNobodyAskedForAreNoAnswer() async throws {
        let writes = ThreadGate()
        let isWritten = ThreadGate()
        try await withClient { connection in
            while connection.readRequest() != nil {
                connection.answer(Accepted.answer)
                guard connection.number == 0 else { continue }
                writes.pass()
                connection.answer(#"{"id":666,"status":"SENT"}"#)
                isWritten.open()
            }
        } body: { client, server in
            #expect(await client.send() == .accepted(Accepted.receipt))
            let reply = await client.call { client, tag in
                writes.open()
                isWritten.pass()
                client.send(ClientFixture.message, tag: tag)
            }
            #expect(reply == .send(.accepted(Accepted.receipt)))
            #expect(server.connectionCount == 2)
        }
    }

    @Test func aConnectionRetiresByAge() async throws {
        try await withClient {
            $0.maximumConnectionAge = .nanoseconds(1)
        } script: { connection in
            while connection.readRequest() != nil { connection.answer(Accepted.answer) }
        } body: { client, server in
            for _ in 0..<5 { #expect(await client.send() == .accepted(Accepted.receipt)) }
            #expect(server.connectionCount == 5)
            #expect(await client.onLoop { $0.openConnections } == 0)
        }
    }

    @Test(arguments: ["", "Keep-Alive: timeout=1"])
    func aConnectionAtRestIsClosedEarly(header: String) async throws {
        let isClosed = TestSignal()
        try await withClient {
            if header.isEmpty { $0.maximumIdleTime = .milliseconds(20) }
        } script: { connection in
            _ = connection.readRequest()
            connection.answer(Accepted.answer, headers: header.isEmpty ? [] : [header])
            connection.awaitClose()
            isClosed.fire()
        } body: { client, _ in
            #expect(await client.send() == .accepted(Accepted.receipt))
            await isClosed.wait()
        }
    }

    /// The connection comes free in a turn that the deadline of who waits for it has passed too, and sockets are seen to before timers.
    @Test func whoseDeadlineHasPassedGetsNoConnection() async throws {
        let received = TestCounter()
        let answers = ThreadGate()
        let isAnswered = ThreadGate()
        try await withClient {
            $0.maximumConnections = 1
        } script: { connection in
            while connection.readRequest() != nil {
                received.increment()
                answers.pass()
                connection.answer(Accepted.answer)
                isAnswered.open()
            }
        } body: { client, _ in
            let first = client.sends(1)
            await received.wait(for: 1)
            let late = await client.call { client, tag in
                let deadline = MonotonicInstant.now + .milliseconds(5)
                client.send(ClientFixture.message, deadline: deadline, tag: tag)
                // On the loop: neither the answer nor the timer has its turn before both are due.
                answers.open()
                isAnswered.pass()
                while MonotonicInstant.now <= deadline {}
            }
            #expect(late == .send(.notSent(.waitedTooLong, retryAfter: nil)))
            #expect(await first.all() == [.accepted(Accepted.receipt)])
            // The same where one is idle.
            let past = await client.call { $0.send(ClientFixture.message, deadline: .now - .milliseconds(1), tag: $1) }
            #expect(past == .send(.notSent(.waitedTooLong, retryAfter: nil)))
            #expect(received.count == 1)
        }
    }

    /// Connects would follow each other as fast as they go, until the deadline.
    @Test func aHostThatAcceptsAndClosesIsLeftAlone() async throws {
        try await withClient(timeout: .seconds(2)) { connection in
            connection.finish()
        } body: { client, server in
            let outcomes = await client.sends(50).all()
            #expect(!outcomes.contains { $0.isAccepted })
            #expect(server.connectionCount < 100)
            #expect(outcomes.contains(.notSent(.noConnection(ConnectFailure(.closed)), retryAfter: nil)))
        }
    }

    /// `Connection: close` after each answer: connects go on many at a time, and no request waits in vain.
    @Test func aServerThatClosesAfterEachAnswerIsUsedWell() async throws {
        try await withClient { connection in
            guard connection.readRequest() != nil else { return }
            connection.answer(Accepted.answer, headers: ["Connection: close"])
        } body: { client, server in
            #expect(await client.sends(300).all() == Array(repeating: .accepted(Accepted.receipt), count: 300))
            #expect(server.connectionCount == 300)
        }
    }

    /// A burst meets a dead host: a few connects, and not one more while the host rests.
    @Test func aFailingHostIsLeftAlone() async throws {
        let client = try ClientFixture(port: FreePort.next())
        let outcomes = await client.sends(50).all()
        #expect(outcomes.allSatisfy { if case .notSent(.noConnection(let failure), nil) = $0 { failure.kind == .refused } else { false } })
        let failures = await client.onLoop { $0.connectFailures }
        #expect((1...PoolSettings().maximumConnects).contains(failures))
        await client.close()
    }
}
