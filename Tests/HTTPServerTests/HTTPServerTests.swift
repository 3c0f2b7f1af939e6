import HTTPServer
import Synchronization
import TestSupport
import Testing
import Time

@Suite struct HTTPServerTests {
    private static func echo(_ request: borrowing HTTPRequest) -> HTTPAction {
        let header = request.header("X-Test")?.string ?? "-"
        let body = String(decoding: request.body, as: UTF8.self)
        return .respond(.text("\(request.method) \(request.path.string) \(request.query.string) \(header) \(body)"))
    }

    private static func server(handler: @escaping HTTPServer.Handler) throws -> HTTPServer {
        try HTTPServer(host: "127.0.0.1", port: FreePort.next(), handler: handler)
    }

    private static func echoServer(_ change: (inout HTTPServerConfiguration) -> Void = { _ in }) throws -> HTTPServer {
        var configuration = HTTPServerConfiguration(port: FreePort.next())
        change(&configuration)
        return try HTTPServer(configuration, handler: echo)
    }

    @Test func lendsMethodPathQueryHeaderAndBody() async throws {
        let server = try Self.echoServer()
        defer { server.stop() }
        let probe = try HTTPProbe(port: server.port)
        let post = await probe.request("POST", "/a%20b?x=1+2&y=%C3", headers: ["x-test: yes"], body: "z=3")
        #expect(post.reply?.text == "post /a%20b x=1+2&y=%C3 yes z=3")
        #expect(post.reply?.headers["content-type"] == "text/plain; charset=utf-8")
        let get = await probe.request("GET", "/")
        #expect(get.reply?.text == "get /  - ")
        let head = await probe.request("HEAD", "/")
        #expect(head.reply?.status == 200)
        #expect(head.reply?.headers["content-length"] == "10")
        let other = await probe.request("BREW", "/?")
        #expect(other.reply?.text == "other /  - ")
    }

    @Test func anEscapedPathIsNotThePlainOne() async throws {
        let server = try Self.server { request in
            request.path == "/livez" ? .respond(.text("ok")) : .respond(.notFound)
        }
        defer { server.stop() }
        #expect(try await HTTPProbe.request(port: server.port, "GET", "/livez").reply?.status == 200)
        #expect(try await HTTPProbe.request(port: server.port, "GET", "/livez%00x").reply?.status == 404)
        #expect(try await HTTPProbe.request(port: server.port, "GET", "/%6Civez").reply?.status == 404)
    }

    @Test func portZeroIsReadBack() async throws {
        let server = try HTTPServer(host: "127.0.0.1", port: 0, handler: Self.echo)
        defer { server.stop() }
        #expect(server.port > 0)
        #expect(try await HTTPProbe.request(port: server.port, "GET", "/").reply?.status == 200)
    }

    @Test func aTakenPortAndABadHostAreErrorsWithASentence() throws {
        let server = try Self.echoServer()
        defer { server.stop() }
        #expect(throws: HTTPServerError.self) { try HTTPServer(host: "127.0.0.1", port: server.port, handler: Self.echo) }
        do throws(HTTPServerError) {
            _ = try HTTPServer(host: "127.0.0.1", port: server.port, handler: Self.echo)
        } catch {
            #expect(error.code == .addressInUse)
            #expect(error.description == "cannot listen on 127.0.0.1:\(server.port): another process listens there")
        }
        for (host, port, code) in [
            ("example.com", 80, HTTPServerError.Code.badAddress), ("127.0.0.1", 65_536, .badAddress),
            ("192.0.2.1", 8_080, .addressNotAvailable),
        ] {
            do throws(HTTPServerError) {
                _ = try HTTPServer(host: host, port: port, handler: Self.echo)
                Issue.record("\(host) was taken")
            } catch {
                #expect(error.code == code)
            }
        }
    }

    @Test func listensOnIPv6() throws {
        do throws(HTTPServerError) {
            let server = try HTTPServer(host: "::1", port: FreePort.next(), handler: Self.echo)
            server.stop()
        } catch {
            // A machine without IPv6.
            #expect(error.code == .addressNotAvailable || error.code == .noResources)
        }
    }

    @Test func aBodyTooLongIsRefusedBeforeItIsRead() async throws {
        let server = try Self.echoServer { $0.maximumBodyBytes = 1_000 }
        defer { server.stop() }
        let probe = try HTTPProbe(port: server.port)
        await probe.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n")
        #expect(await probe.receive().reply?.status == 413)
        #expect(await probe.request("POST", "/", body: String(repeating: "a", count: 1_000)).reply?.status == 200)
    }

    @Test func aChunkedBodyTooLongIsRefusedAndAnEndlessOneCut() async throws {
        let server = try Self.echoServer { $0.maximumBodyBytes = 1_000 }
        defer { server.stop() }
        let probe = try HTTPProbe(port: server.port)
        let chunk = "1f4\r\n\(String(repeating: "a", count: 500))\r\n"
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let whole = await probe.exchange(Array("\(head)\(chunk)\(chunk)0\r\n\r\n".utf8))
        #expect(whole.reply?.status == 200)
        let tooLong = await probe.exchange(Array("\(head)\(chunk)\(chunk)\(chunk)0\r\n\r\n".utf8))
        #expect(tooLong.reply?.status == 413)
        let endless = await probe.exchange(Array("\(head)\(String(repeating: chunk, count: 20))".utf8))
        #expect(endless.reply == nil)
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        let server = try Self.echoServer()
        defer { server.stop() }
        let probe = try HTTPProbe(port: server.port)
        await probe.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(await probe.receive().reply?.text == "get /1  - ")
        #expect(await probe.receive().reply?.text == "get /2  - ")
    }

    @Test func aSuspendedRequestIsAnsweredLaterAndOnce() async throws {
        let exchanges = Mutex<[HTTPExchange]>([])
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let server = try Self.server { request in
            let exchange = request.exchange
            exchanges.withLock { $0.append(exchange) }
            arrived.yield()
            return .suspend
        }
        defer { server.stop() }
        let probe = try HTTPProbe(port: server.port)
        async let first = probe.request("GET", "/")
        var arrival = arrivals.makeAsyncIterator()
        await arrival.next()
        let exchange = try #require(exchanges.withLock { $0.first })
        exchange.answer(.respond(.text("late")))
        exchange.answer(.respond(.text("twice")))
        #expect(await first.reply?.text == "late")
        async let second = probe.request("GET", "/")
        await arrival.next()
        // The first request's name must not reach the second, which has the same connection.
        exchange.answer(.respond(.text("stale")))
        try #require(exchanges.withLock { $0.last }).answer(.respond(.text("fresh")))
        #expect(await second.reply?.text == "fresh")
    }

    @Test func aDelayIsKept() async throws {
        let server = try Self.server { _ in .after(.milliseconds(80), .respond(.text("late"))) }
        defer { server.stop() }
        let begin = ContinuousClock.now
        #expect(try await HTTPProbe.request(port: server.port, "GET", "/").reply?.text == "late")
        #expect(ContinuousClock.now - begin >= .milliseconds(80))
    }

    @Test func stopDropsWhatIsSuspendedAndRefusesWhatComes() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let server = try Self.server { request in
            arrived.yield()
            return request.path == "/trickle"
                ? .fault(.trickle(.text("abcdef"), bytes: 1, interval: .seconds(60)))
                : request.path == "/delay" ? .after(.seconds(60), .respond(.text("never"))) : .suspend
        }
        let probes = try ["/", "/delay", "/trickle"].map { (try HTTPProbe(port: server.port), $0) }
        await withTaskGroup(of: HTTPProbe.Outcome.self) { group in
            for (probe, target) in probes { group.addTask { await probe.request("GET", target) } }
            var arrival = arrivals.makeAsyncIterator()
            for _ in probes { await arrival.next() }
            server.stop()
            for await outcome in group { #expect(outcome.reply == nil) }
        }
        #expect(!server.execute {})
        #expect(await probes[0].0.request("GET", "/") == .refused)
        server.stop()
    }

    @Test func executeRunsOnTheServersThreadInOrder() async throws {
        let server = try Self.echoServer()
        defer { server.stop() }
        let (numbers, next) = AsyncStream.makeStream(of: Int.self)
        for number in 0..<100 { server.execute { next.yield(number) } }
        server.execute(after: .milliseconds(1)) { next.finish() }
        var all: [Int] = []
        for await number in numbers { all.append(number) }
        #expect(all == Array(0..<100))
    }

    @Test func refusingClosesConnectionsAndHasConnectsRefused() async throws {
        let server = try Self.echoServer()
        defer { server.stop() }
        let probe = try HTTPProbe(port: server.port)
        #expect(await probe.request("GET", "/").reply?.status == 200)
        server.setRefusing(true)
        await Self.settle(server)
        #expect(await probe.request("GET", "/").reply == nil)
        #expect(await probe.request("GET", "/") == .refused)
        server.setRefusing(false)
        await Self.settle(server)
        #expect(await probe.request("GET", "/").reply?.status == 200)
    }

    @Test func idleAndSlowClientsAreClosed() async throws {
        let server = try Self.echoServer { $0.idleTimeout = .milliseconds(100) }
        defer { server.stop() }
        let idle = try HTTPProbe(port: server.port)
        #expect(await idle.request("GET", "/").reply?.status == 200)
        #expect(await idle.receive() == .closed(received: []))
        let slow = try HTTPProbe(port: server.port)
        await slow.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345")
        #expect(await slow.receive().reply == nil)
    }

    @Test func connectionsBeyondTheLimitWaitTheirTurn() async throws {
        let server = try Self.echoServer { $0.maximumConnections = 1 }
        defer { server.stop() }
        let first = try HTTPProbe(port: server.port)
        #expect(await first.request("GET", "/").reply?.status == 200)
        let second = try HTTPProbe(port: server.port, timeout: .milliseconds(100))
        #expect(await second.request("GET", "/") == .timedOut(received: []))
        await first.close()
        #expect(await second.receive().reply?.status == 200)
    }

    @Test func aClientThatDoesNotReadIsClosed() async throws {
        var configuration = HTTPServerConfiguration(port: FreePort.next())
        configuration.answerTimeout = .milliseconds(100)
        let body = [UInt8](repeating: 1, count: 32 << 20)
        let server = try HTTPServer(configuration) { _ in .respond(HTTPResponse(body: body)) }
        defer { server.stop() }
        let (ends, ended) = AsyncStream.makeStream(of: Void.self)
        let probe = try HTTPProbe(port: server.port)
        await probe.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        // Two sweeps later the answer has had its time.
        server.execute(after: .milliseconds(2_100)) { ended.finish() }
        for await _ in ends {}
        #expect(await probe.receive().reply == nil)
    }

    @Test func nonsenseDoesNoHarm() async throws {
        let server = try Self.echoServer { $0.idleTimeout = .seconds(1) }
        defer { server.stop() }
        let probe = try HTTPProbe(port: server.port, timeout: .milliseconds(5))
        var generator = SystemRandomNumberGenerator()
        let words = [
            "GET ", "POST ", "/", "?", " HTTP/1.1\r\n", "Host: a\r\n", "Content-Length: ", "5", "-1", "99999999999999999999", "\r\n",
            "Transfer-Encoding: chunked\r\n", "\0", "\u{FF}", "Expect: 100-continue\r\n", ":", "a=b&", "ffffffffffffffff\r\n",
        ]
        for _ in 0..<300 {
            let count = Int.random(in: 1..<30, using: &generator)
            let text = (0..<count).map { _ in words.randomElement(using: &generator) ?? "" }.joined()
            _ = await probe.exchange(Array(text.utf8))
            await probe.close()
        }
        #expect(try await HTTPProbe.request(port: server.port, "GET", "/").reply?.status == 200)
    }

    /// Returns when the server has done all that was asked of it before.
    static func settle(_ server: HTTPServer) async {
        await withCheckedContinuation { continuation in _ = server.execute { continuation.resume() } }
    }
}
