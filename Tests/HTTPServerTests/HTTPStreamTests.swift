import HTTPServer
import Synchronization
import TestSupport
import Testing

/// Answers without an end: few, small, and dropped where nobody takes them.
@Suite(.timeLimit(.minutes(1))) struct HTTPStreamTests {
    private func server(_ change: (inout HTTPServerConfiguration) -> Void = { _ in }) throws -> HTTPServer {
        var configuration = HTTPServerConfiguration(port: FreePort.next())
        configuration.maximumStreams = 2
        change(&configuration)
        return try HTTPServer(configuration) { request in
            request.path == "/stream"
                ? .stream(HTTPResponse(contentType: "text/plain", body: Array("first\n".utf8))) : .respond(.text("ok"))
        }
    }

    private func open(_ server: HTTPServer) async throws -> HTTPProbe { try await HTTPProbe.stream(port: server.port, "/stream") }

    private func streams(_ server: HTTPServer) async -> Int {
        await withCheckedContinuation { continuation in
            if !server.execute({ continuation.resume(returning: server.openStreams) }) { continuation.resume(returning: -1) }
        }
    }

    private func until(_ server: HTTPServer, streams count: Int) async throws {
        while await streams(server) != count { try await Task.sleep(for: .milliseconds(20)) }
    }

    @Test func whatIsPublishedComesPieceByPiece() async throws {
        let server = try server()
        defer { server.stop() }
        let stream = try await open(server)
        try #require(await stream.read(until: "first\n"))
        for number in 0..<5 {
            server.publish(Array("piece \(number)\n".utf8))
            #expect(await stream.read(until: "piece \(number)\n"))
        }
        #expect(await streams(server) == 1)
        #expect(try await HTTPProbe.request(port: server.port, "GET", "/").reply?.status == 200)
    }

    @Test func oneMoreThanMayBeIsAnswered503AndHasItsPlaceWhenOneHasGone() async throws {
        let server = try server()
        defer { server.stop() }
        let (first, second) = (try await open(server), try await open(server))
        try #require(await first.read(until: "first\n"))
        try #require(await second.read(until: "first\n"))
        #expect(try await HTTPProbe.request(port: server.port, "GET", "/stream").reply?.status == 503)
        await first.close()
        try await until(server, streams: 1)
        let third = try await open(server)
        #expect(await third.read(until: "first\n"))
        server.publish(Array("for both\n".utf8))
        #expect(await second.read(until: "for both\n"))
        #expect(await third.read(until: "for both\n"))
    }

    @Test func noneAreTakenUnlessTheyAreAskedFor() async throws {
        let server = try server { $0.maximumStreams = 0 }
        defer { server.stop() }
        #expect(try await HTTPProbe.request(port: server.port, "GET", "/stream").reply?.status == 503)
    }

    /// Of pieces that come faster than they are taken the newest is kept, and nothing grows.
    @Test func aClientThatTakesNothingIsDroppedAndAnotherIsServed() async throws {
        let server = try server { $0.answerTimeout = .seconds(2) }
        defer { server.stop() }
        let (slow, other) = (try await HTTPProbe.stream(port: server.port, "/stream", receiveBuffer: 4_096), try await open(server))
        try #require(await other.read(until: "first\n"))
        try await until(server, streams: 2)
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 64 << 10)
        var published = 0
        while await streams(server) == 2, published < 2_000 {
            server.publish(piece + Array("\(published)\n".utf8))
            #expect(await other.read(until: "x\(published)\n"))
            published += 1
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(published < 2_000)
        #expect(await streams(server) == 1)
        #expect(await other.isOpen)
        withExtendedLifetime(slow) {}
    }

    /// One that waits for the next piece is no slow one, however long that takes.
    @Test func aClientThatWaitsIsKept() async throws {
        let server = try server { ($0.answerTimeout, $0.idleTimeout) = (.seconds(1), .seconds(1)) }
        defer { server.stop() }
        let stream = try await open(server)
        try #require(await stream.read(until: "first\n"))
        // On the server's own clock, with its sweeps.
        await withCheckedContinuation { continuation in server.execute(after: .seconds(4)) { continuation.resume() } }
        server.publish(Array("late\n".utf8))
        #expect(await stream.read(until: "late\n"))
    }

    @Test func aClientThatLeavesInSilenceIsNoticed() async throws {
        let server = try server()
        defer { server.stop() }
        let stream = try await open(server)
        try #require(await stream.read(until: "first\n"))
        await stream.close()
        try await until(server, streams: 0)
    }

    @Test func theStopEndsThem() async throws {
        let server = try server()
        let stream = try await open(server)
        try #require(await stream.read(until: "first\n"))
        server.stop()
        #expect(await !stream.read(until: "never"))
    }

    @Test func anotherConnectionsRoomIsNotTheirs() async throws {
        let server = try server { ($0.makesRoom, $0.maximumConnections, $0.maximumConnectionsOfAddress) = (true, 8, 8) }
        defer { server.stop() }
        let stream = try await open(server)
        try #require(await stream.read(until: "first\n"))
        var idle: [HTTPProbe] = []
        for _ in 0..<50 {
            idle.append(try HTTPProbe(port: server.port))
            await idle.last?.send("GET /")
        }
        #expect(try await HTTPProbe.request(port: server.port, "GET", "/").reply?.status == 200)
        server.publish(Array("still\n".utf8))
        #expect(await stream.read(until: "still\n"))
        withExtendedLifetime(idle) {}
    }
}
