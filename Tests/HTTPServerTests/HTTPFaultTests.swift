import HTTPServer
import TestSupport
import Testing
import Time

@Suite struct HTTPFaultTests {
    private func outcome(of fault: HTTPFault) async throws -> HTTPProbe.Outcome {
        let server = try HTTPServer(host: "127.0.0.1", port: FreePort.next()) { _ in .fault(fault) }
        defer { server.stop() }
        return await (try HTTPProbe(port: server.port)).request("POST", "/", body: "a=1")
    }

    @Test func dropClosesWithoutAByte() async throws {
        #expect(try await outcome(of: .drop) == .closed(received: []))
    }

    @Test func resetResets() async throws {
        #expect(try await outcome(of: .reset) == .reset(received: []))
    }

    @Test func hangIsSilentUntilItsLimit() async throws {
        let begin = ContinuousClock.now
        #expect(try await outcome(of: .hang(limit: .milliseconds(120))) == .closed(received: []))
        #expect(ContinuousClock.now - begin >= .milliseconds(120))
    }

    @Test func aHangEndsWhenItsClientGoes() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let server = try HTTPServer(host: "127.0.0.1", port: FreePort.next()) { request in
            arrived.yield()
            return request.path == "/hang" ? .fault(.hang(limit: .seconds(3_600))) : .respond(.text("ok"))
        }
        let probe = try HTTPProbe(port: server.port)
        await probe.send("GET /hang HTTP/1.1\r\nHost: a\r\n\r\n")
        var arrival = arrivals.makeAsyncIterator()
        await arrival.next()
        await probe.close()
        #expect(await probe.request("GET", "/").reply?.text == "ok")
        server.stop()
    }

    @Test func truncateAnnouncesMoreThanItSends() async throws {
        let outcome = try await outcome(of: .truncate(.text("0123456789"), bytes: 4))
        guard case .closed(let received) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        let text = String(decoding: received, as: UTF8.self)
        #expect(text.contains("Content-Length: 10\r\n"))
        #expect(text.hasSuffix("\r\n\r\n0123"))
    }

    @Test func trickleSendsAllInItsTime() async throws {
        let begin = ContinuousClock.now
        let outcome = try await outcome(of: .trickle(.text("0123456789"), bytes: 3, interval: .milliseconds(20)))
        #expect(outcome.reply?.text == "0123456789")
        #expect(ContinuousClock.now - begin >= .milliseconds(60))
    }

    @Test func garbageIsSentAsItIs() async throws {
        #expect(try await outcome(of: .garbage(Array("\0\u{1}not http".utf8))) == .closed(received: Array("\0\u{1}not http".utf8)))
    }
}
