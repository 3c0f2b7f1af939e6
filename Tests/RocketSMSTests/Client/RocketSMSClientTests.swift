import EventLoop
import Synchronization
import TestSupport
import Testing

@testable import RocketSMS

/// The client against peers that do exactly one thing wrong, or right.
@Suite(.timeLimit(.minutes(3))) struct RocketSMSClientTests {
    @Test func aMessageIsSentAsAFormAndItsReceiptRead() async throws {
        let seen = Mutex("")
        try await withClient { connection in
            guard let request = connection.readRequest() else { return }
            seen.withLock { $0 = request }
            connection.answer(Accepted.answer)
            connection.awaitClose()
        } body: { client, server in
            let outcome = await client.send(
                SendMessage(phone: "375290000000", text: "Код & 1+1 = 2", sender: "AL SHOP", timestamp: 1_700_000_000, priority: true))
            #expect(outcome == .accepted(Accepted.receipt))
            let body =
                "username=192000000&password=5ebe2294ecd0e0f08eab7690d2a6ee69&phone=375290000000"
                + "&text=%D0%9A%D0%BE%D0%B4+%26+1%2B1+%3D+2&sender=AL+SHOP&timestamp=1700000000&priority=true"
            let head =
                "POST /simple/send HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nUser-Agent: rocketsms-worker\r\n"
                + "Accept: application/json\r\nAccept-Encoding: identity\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            #expect(seen.withLock { $0 } == head + body)
        }
    }

    /// A message's trace goes with it, in a header of its own; what could end the line does not.
    @Test(arguments: [
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true), ("00-4b\r\nX: y", false), ("00 4b", false), ("00-\u{E4}", false),
    ])
    func aTraceGoesWithItsMessage(trace: String, isSent: Bool) throws {
        let url = try ProviderURL("https://api.rocketsms.by")
        let encoder = RequestEncoder(url: url, credentials: try RocketSMSCredentials(username: "u", password: "p"))
        var message = SendMessage(phone: "375290000000", text: "x")
        func head() -> String {
            var bytes: [UInt8] = []
            let length = encoder.append(.send(message), to: &bytes)
            return String(decoding: bytes[..<length], as: UTF8.self)
        }
        let without = head()
        message.trace = Array(trace.utf8)
        #expect(head() == (isSent ? without.dropLast(2) + "\r\ntraceparent: \(trace)\r\n\r\n" : without))
    }
}
