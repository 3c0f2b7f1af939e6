import EventLoop
import TestSupport
import Testing
import Time

@testable import RocketSMS

/// Outcomes, errors and settings are printed into logs; phone, text and credentials never are.
@Suite(.timeLimit(.minutes(3))) struct SecrecyTests {
    /// Of `ClientFixture`; as they are, and as a form writes them.
    private static let secrets = [
        "375290000000", "Код", "%D0%9A%D0%BE%D0%B4", "1234", "secret", "5ebe2294ecd0e0f08eab7690d2a6ee69", "192000000", "password",
        "username",
    ]

    private func leaks(_ value: some Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        let texts = ["\(value)", String(reflecting: value), dumped]
        return Self.secrets.filter { secret in texts.contains { $0.contains(secret) } }
    }

    /// Peers that send the request back to us, where an error's text could pick it up.
    private static let mirrors: [Evidence] = [
        mirror("as the body") { "HTTP/1.1 200 OK\r\nContent-Length: \($0.utf8.count)\r\n\r\n\($0)" },
        mirror("as a page") { "HTTP/1.1 500 Oh\r\n\r\n<html>\($0)" },
        mirror("as the status line") { "\($0)\r\n\r\n" },
        mirror("as the reason") { "HTTP/1.1 500 \($0.suffix(60))\r\nContent-Length: 0\r\n\r\n" },
        mirror("as a header") { "HTTP/1.1 503 Busy\r\nRetry-After: \($0.suffix(60))\r\nContent-Length: 0\r\n\r\n" },
        mirror("as a length") { "HTTP/1.1 200 OK\r\nContent-Length: \($0.suffix(60))\r\n\r\n" },
        mirror("as a chunk") { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\($0.suffix(60))\r\n" },
        mirror("as the error") { "HTTP/1.1 200 OK\r\n\r\n{\"error\":\"\($0.suffix(60))\"}" },
    ]

    private static func mirror(_ name: String, _ answer: @escaping @Sendable (String) -> String) -> Evidence {
        Evidence(name, .unknown(.closed)) { connection in
            guard let request = connection.readRequest() else { return }
            connection.write(answer(request))
        }
    }

    @Test(arguments: Evidence.all + mirrors)
    func noOutcomeHoldsThem(_ evidence: Evidence) async throws {
        try await withClient {
            $0.responseLimit = 1_000
        } script: {
            evidence.script($0)
        } body: { client, _ in
            let outcome = await client.send()
            #expect(leaks(outcome) == [])
            if case .accepted = outcome { return }
            let reply = await client.call { $0.status(id: "8767", deadline: .now + .milliseconds(100), tag: $1) }
            #expect(leaks(reply) == [])
        }
    }

    @Test func noQuestionsFailureHoldsItsURL() async throws {
        let client = try ClientFixture(port: FreePort.next())
        #expect(leaks(await client.status("8767")) == [])
        let replies = [await client.call { $0.balance(tag: $1) }, await client.call { $0.senders(tag: $1) }]
        #expect(replies.flatMap(leaks) == [])
        await client.close()
    }

    @Test func settingsPrintAsStars() throws {
        let configuration = try ClientFixture.configuration(port: 8_081)
        #expect(leaks(configuration.credentials) == [])
        #expect(leaks(configuration).allSatisfy { $0 == "password" || $0 == "username" }, "\(leaks(configuration))")
    }

    @Test func aBadURLIsNotRepeated() {
        for text in [
            "https://192000000:secret@host", "https://host/?password=secret", "secret", "https://host:secret", "https://secret host",
        ] {
            do {
                _ = try ProviderURL(text)
                Issue.record("\(text) was taken")
            } catch {
                #expect(!"\(error)".contains("secret") && !String(reflecting: error).contains("secret"))
            }
        }
    }
}
