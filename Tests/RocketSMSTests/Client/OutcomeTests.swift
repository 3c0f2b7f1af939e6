import EventLoop
import TestSupport
import Testing
import Time

@testable import RocketSMS

/// From what a peer does to what is proved: the table of outcomes, over real connections.
@Suite(.timeLimit(.minutes(3))) struct OutcomeTests {
    @Test(arguments: Evidence.all)
    func evidenceDecidesTheOutcome(_ evidence: Evidence) async throws {
        try await withClient { configuration in
            configuration.responseLimit = 1_000
            configuration.classifier = RefusalClassifier(creditCodes: ["NO_CREDITS"], transientCodes: ["TRY_LATER"])
        } script: {
            evidence.script($0)
        } body: { client, server in
            #expect(await client.send() == evidence.outcome)
            // Nothing is sent again, and what broke or made no sense is not used again.
            #expect(server.connectionCount == 1)
            if case .unknown(.badAnswer, _) = evidence.outcome { #expect(await client.onLoop { $0.openConnections } == 0) }
        }
    }

    /// The second request on a connection, where a library would try again by itself.
    @Test(arguments: Evidence.all.filter { if case .unknown = $0.outcome { true } else { false } })
    func theSameHoldsOnAConnectionThatWasUsed(_ evidence: Evidence) async throws {
        try await withClient {
            $0.responseLimit = 1_000
        } script: { connection in
            guard connection.number == 0, connection.readRequest() != nil else { return }
            connection.answer(Accepted.answer)
            evidence.script(connection)
        } body: { client, server in
            #expect(await client.send() == .accepted(Accepted.receipt))
            #expect(await client.send() == evidence.outcome)
            #expect(server.connectionCount == 1)
        }
    }

    @Test func silenceIsUnknownAtTheDeadline() async throws {
        try await withClient(timeout: .seconds(1)) {
            $0.awaitClose()
        } body: { client, _ in
            #expect(await client.send() == .unknown(.timedOut))
            #expect(await client.onLoop { $0.openConnections } == 0)
        }
    }

    /// A trickle is no life sign that moves the deadline.
    @Test func halfAnAnswerIsUnknownAtTheDeadline() async throws {
        try await withClient(timeout: .seconds(1)) { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n{\"id\":87")
            connection.awaitClose()
        } body: { client, _ in
            #expect(await client.send() == .unknown(.timedOut))
        }
    }

    @Test func aDateInRetryAfterIsMeasuredFromNow() async throws {
        // The reader of dates has tests of its own; 2199 and 1994 are in the table. Here: a date within the hour.
        let second = WallTime.now.milliseconds / 1_000 + 600
        let clock = (second / 3_600 % 24, second / 60 % 60, second % 60)
        let text = [clock.0, clock.1, clock.2].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        let date = CivilDay(daysSince1970: second / 86_400)
        try await withClient {
            $0.unavailable = .notSent
        } script: { connection in
            _ = connection.readRequest()
            connection.answer("", status: "503 Busy", headers: ["Retry-After: \(date.weekday), \(date.text) \(text) GMT"])
            connection.awaitClose()
        } body: { client, _ in
            let outcome = await client.send()
            guard case .notSent(.unavailable, let wait?) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(wait > .seconds(480) && wait <= .seconds(600))
        }
    }

    @Test(arguments: ["", "<html>", #"{"error":"BUSY"}"#])
    func a503MeansNotSentWhereTheOperatorSaysSo(body: String) async throws {
        try await withClient {
            $0.unavailable = .notSent
        } script: { connection in
            while connection.readRequest() != nil {
                connection.answer(body, status: "503 Busy", headers: connection.number == 0 ? ["Retry-After: 12"] : [])
                connection.finish()
            }
        } body: { client, _ in
            #expect(await client.send() == .notSent(.unavailable, retryAfter: .seconds(12)))
            await client.untilNothingIsOpen()
            guard case .unknown(_, nil) = await client.send() else {
                Issue.record("without Retry-After nobody says when to come again")
                return
            }
        }
    }

    /// What a poll's error page asks for is no reason to stop the sends.
    @Test func retryAfterCountsOnlyWith429And503() async throws {
        let answers = ["500 Oh", "404 Oh", "301 There", "200 OK", "429 Slow", "503 Busy"]
        try await withClient { connection in
            while connection.readRequest() != nil {
                connection.answer("<html>", status: answers[connection.number], headers: ["Retry-After: 60"])
                connection.finish()
            }
        } body: { client, _ in
            var waits: [Duration?] = []
            for _ in answers {
                guard case .failed(_, let wait) = await client.status("8767") else { continue }
                waits.append(wait)
                await client.untilNothingIsOpen()
            }
            #expect(waits == [nil, nil, nil, nil, .seconds(60), .seconds(60)])
        }
    }

    // MARK: Before and after the head left

    /// The peer breaks the connection after the last look at it and before the first byte is written.
    @Test func aResetBeforeTheHeadLeftProvesThatNothingWasSent() async throws {
        let breaks = ThreadGate()
        let isBroken = ThreadGate()
        try await withClient { connection in
            guard connection.readRequest() != nil else { return }
            connection.answer(Accepted.answer)
            breaks.pass()
            connection.reset()
            isBroken.open()
        } body: { client, server in
            #expect(await client.send() == .accepted(Accepted.receipt))
            await client.onLoop { client in
                client.mayBegin = { _ in
                    breaks.open()
                    isBroken.pass()
                    return true
                }
            }
            #expect(await client.send() == .notSent(.interrupted(.connectionBroken), retryAfter: nil))
            #expect(server.connectionCount == 1)
        }
    }

    /// Its head is out, and of its body what the buffers hold.
    @Test func aResetAfterTheHeadLeftIsUnknown() async throws {
        try await withClient { connection in
            _ = connection.readHead()
            connection.reset()
        } body: { client, _ in
            #expect(await client.send(Self.largeMessage) == .unknown(.connectionBroken))
        }
    }

    @Test func aDeadlineInTheMiddleOfTheBodyIsUnknown() async throws {
        let ends = ThreadGate()
        try await withClient(timeout: .seconds(1)) { connection in
            _ = connection.readHead()
            ends.pass()
        } body: { client, _ in
            #expect(await client.send(Self.largeMessage) == .unknown(.timedOut))
            ends.open()
        }
    }

    @Test func anAnswerToHalfARequestCounts() async throws {
        let ends = ThreadGate()
        try await withClient { connection in
            _ = connection.readHead()
            connection.answer(#"{"error":"TOO_LONG"}"#, status: "413 Too Large")
            ends.pass()
        } body: { client, _ in
            #expect(await client.send(Self.largeMessage) == .refused(code: "TOO_LONG", .permanent))
            // What the peer makes of the rest is anybody's guess.
            #expect(await client.onLoop { $0.openConnections } == 0)
            ends.open()
        }
    }

    /// More than the buffers hold of a peer that does not read.
    private static let largeMessage = SendMessage(phone: "375290000000", text: String(repeating: "x", count: 4 << 20))
}
