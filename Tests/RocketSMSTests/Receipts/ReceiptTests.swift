import Synchronization
import TestSupport
import Testing

@testable import RocketSMS

/// A receipt that came is never thrown away, whatever is wrong around it; and only a receipt is taken for one. Over real connections.
@Suite(.timeLimit(.minutes(3))) struct ReceiptTests {
    /// Sends one message for each answer; each connection carries no more than the one.
    private func outcomes(
        _ answers: [DamagedAnswer], _ message: SendMessage = ClientFixture.message
    ) async throws -> [SendOutcome] {
        let next = Mutex(0)
        var outcomes: [SendOutcome] = []
        try await withClient { connection in
            while connection.readRequest() != nil {
                let index = next.withLock { next in
                    defer { next += 1 }
                    return next
                }
                connection.write(answers[index].bytes)
                if answers[index].isReset { return connection.reset() }
                return connection.finish()
            }
        } body: { client, _ in
            for _ in answers {
                outcomes.append(await client.send(message))
                // Else the next one might be written before this end is known.
                await client.untilNothingIsOpen()
            }
        }
        return outcomes
    }

    @Test func aReceiptInADamagedEnvelopeIsAnAcceptance() async throws {
        let answers = DamagedAnswer.all(around: DamagedAnswer.receipts)
        #expect(answers.count > 700)
        let outcomes = try await outcomes(answers)
        for (answer, outcome) in zip(answers, outcomes) {
            guard case .accepted(let receipt) = outcome, receipt.ids == ["8767"] else {
                Issue.record("\(answer.name): \(outcome)")
                continue
            }
        }
    }

    @Test func whatIsNoReceiptIsNotTakenForOne() async throws {
        let answers = DamagedAnswer.all(around: DamagedAnswer.others)
        let outcomes = try await outcomes(answers)
        for (answer, outcome) in zip(answers, outcomes) where outcome.isAccepted { Issue.record("\(answer.name): \(outcome)") }
    }

    /// A page that repeats what it was asked holds whatever our customer wrote.
    @Test func ourOwnTextIsNoReceipt() async throws {
        let text = #"{"id":1,"status":"SENT"}"#
        let page = DamagedAnswer(name: "echo", bytes: Array("HTTP/1.1 502 Oh\r\n\r\n<pre>text=\(text)</pre>".utf8))
        let outcomes = try await outcomes([page], SendMessage(phone: "375290000000", text: "Hi \(text)"))
        #expect(outcomes == [.unknown(.unintelligible(status: 502, .html))])
    }

    @Test func aReceiptInAHeaderIsNone() async throws {
        let heads = [
            "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nX\r\n", "HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 500 Oh\r\n", "\r\nHTTP/1.1 200 OK\r\n",
        ]
        let answers = heads.map { DamagedAnswer(name: $0, bytes: Array("\($0)X-Last: \(Accepted.answer)\r\n\r\n<p>oh".utf8)) }
        let outcomes = try await outcomes(answers)
        for (answer, outcome) in zip(answers, outcomes) where outcome.isAccepted { Issue.record("\(answer.name): \(outcome)") }
    }

    @Test func aReceiptWhoseMembersAreDamagedKeepsWhatIsWhole() async throws {
        let answer = DamagedAnswer(name: "", bytes: Array("HTTP/1.1 200 OK\r\n\r\n<p>\(Accepted.answer)".utf8))
        let outcomes = try await outcomes([answer])
        #expect(outcomes == [.accepted(Accepted.receipt)])
    }

    /// The framing was right; but who writes such answers may write more of them.
    @Test func theConnectionGoesWhereAReceiptStoodInNoise() async throws {
        try await withClient { connection in
            while connection.readRequest() != nil { connection.answer("<b>Notice</b>: \(Accepted.answer)") }
        } body: { client, server in
            for _ in 0..<3 { #expect(await client.send() == .accepted(Accepted.receipt)) }
            #expect(server.connectionCount == 3)
        }
    }

    // MARK: What comes late

    /// Head and body in two writes, as most servers do it: the head is known to be broken before the receipt is there.
    @Test(arguments: ["Set-Cookie: a=b\r\n    continued\r\n", "Content-Length: 1\r\nContent-Length: 2\r\n", "Oh\r\n"])
    func aReceiptAfterABrokenHeadIsWaitedFor(fields: String) async throws {
        try await withClient { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n\(fields)\r\n")
            connection.untilArrived()
            connection.write(Accepted.answer)
            connection.awaitClose()
        } body: { client, server in
            #expect(await client.send() == .accepted(Accepted.receipt))
            #expect(await client.onLoop { $0.openConnections } == 0)
            #expect(server.connectionCount == 1)
        }
    }

    /// A length counted in characters, as PHP's `mb_strlen` does it: the rest stands behind the end.
    @Test func theRestBehindALengthTooSmallIsWaitedFor() async throws {
        let answer = #"{"id":8767,"status":"SENT","text":"Код"}"#
        try await withClient {
            $0.restWait = .seconds(60)
        } script: { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(answer.count)\r\n\r\n")
            connection.write(Array(answer.utf8.prefix(answer.count)))
            connection.untilArrived()
            connection.write(Array(answer.utf8.dropFirst(answer.count)))
            connection.awaitClose()
        } body: { client, _ in
            #expect(await client.send() == .accepted(SendReceipt(ids: ["8767"], status: "SENT", cost: nil)))
            #expect(await client.onLoop { $0.openConnections } == 0)
        }
    }

    /// And not for long: the answer is over.
    @Test func whatNeverComesIsNotWaitedForLong() async throws {
        try await withClient { connection in
            _ = connection.readRequest()
            connection.answer(#"{"id":8767,"sta"#)
            connection.awaitClose()
        } body: { client, _ in
            #expect(await client.send() == .unknown(.unintelligible(status: 200, .truncatedJSON)))
        }
    }

    @Test func aReceiptBeforeTheDeadlineCountsThoughItsAnswerHasNoEnd() async throws {
        try await withClient(timeout: .milliseconds(200)) { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n\(Accepted.answer)")
            connection.awaitClose()
        } body: { client, _ in
            #expect(await client.send() == .accepted(Accepted.receipt))
            #expect(await client.onLoop { $0.openConnections } == 0)
        }
    }

    // MARK: Questions and refusals

    /// Only an acceptance is saved so.
    @Test func aRefusalInNoiseIsUnknown() async throws {
        let bodies = [#"<p>{"error":"BAD_PHONE"}"#, #"{"error":"BAD_PHONE"} "#, #"{"error":"BAD_PHONE","text":"\x"}"#]
        let heads = ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", "HTTP/1.1 200 OK\r\nX\r\n\r\n"]
        let answers = zip(heads, bodies).map { DamagedAnswer(name: $0.1, bytes: Array(($0.0 + $0.1).utf8)) }
        let outcomes = try await outcomes(answers)
        for (answer, outcome) in zip(answers, outcomes) {
            guard case .unknown = outcome else {
                Issue.record("\(answer.name): \(outcome)")
                continue
            }
        }
    }
}
