import EventLoop
import HTTPServer
import Metrics
import Synchronization
import TestSupport
import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

/// Viewers get a snapshot each second, and nobody is asked for one without them.
@Suite(.timeLimit(.minutes(1))) struct StatusFeedTests {
    /// A pipeline that answers at once, later, or never.
    private final class Asked: Sendable {
        enum Manner { case answers, hangs, isNotThere }
        private let state = Mutex((count: 0, manner: Manner.answers))
        var count: Int { state.withLock { $0.count } }
        func becomes(_ manner: Manner) { state.withLock { $0.manner = manner } }

        func ask(_ answer: @Sendable (WorkerDetail?) -> Void) {
            let manner = state.withLock { state in
                state.count += 1
                return state.manner
            }
            switch manner {
            case .answers: answer(WorkerDetail(pipeline: PipelineDetail(), failures: []))
            case .hangs: break
            case .isNotThere: answer(nil)
            }
        }
    }

    private let asked = Asked()

    private let metrics = WorkerMetrics()
    private let feed: StatusFeed

    init() {
        feed = StatusFeed(
            identity: StatusSnapshot.Identity(version: "1", group: "the-group", name: "pod-0"), figures: StatusFigures(metrics.registry)
        ) { [asked] in asked.ask($0) }
    }

    private func server(token: AdminToken? = nil) throws -> AdminServer {
        try AdminServer(
            host: "127.0.0.1", port: FreePort.next(), token: token, health: HealthState(), registry: metrics.registry, feed: feed)
    }

    private func reply(_ server: AdminServer, _ path: String, method: String = "GET", headers: [String] = []) async throws -> HTTPProbeReply
    {
        try #require(try await HTTPProbe.request(port: server.port, method, path, headers: headers).reply)
    }

    @Test func aViewerIsToldEachSecondAndWithoutOneNobodyIsAsked() async throws {
        let server = try server()
        defer { server.stop() }
        #expect(try await reply(server, "/").status == 200)
        #expect(asked.count == 0)
        let viewer = try await HTTPProbe.stream(port: server.port, "/events")
        for _ in 0..<3 { #expect(await viewer.read(until: #""sentence":"ready""#)) }
        await viewer.close()
        // The server sees that he has gone, and the next tick is the last.
        while feed.isTicking { try await Task.sleep(for: .milliseconds(20)) }
        let other = try await HTTPProbe.stream(port: server.port, "/events")
        #expect(await other.read(until: #""sentence":"ready""#), "and it begins again")
    }

    @Test func aPipelineThatHangsIsAskedOnceAndToldOf() async throws {
        let server = try server()
        defer { server.stop() }
        let viewer = try await HTTPProbe.stream(port: server.port, "/events")
        #expect(await viewer.read(until: #""sentence":"ready""#))
        asked.becomes(.hangs)
        #expect(await viewer.read(until: "has not answered for"))
        let count = asked.count
        #expect(await viewer.read(until: "has not answered for"))
        #expect(asked.count == count)
        #expect(try await reply(server, "/livez").status == 200)
    }

    @Test func aPipelineThatHangsFromTheBeginningIsNotSaidToStart() async throws {
        asked.becomes(.hangs)
        let server = try server()
        defer { server.stop() }
        let viewer = try await HTTPProbe.stream(port: server.port, "/events")
        #expect(await viewer.read(until: "the pipeline has not answered for"))
        #expect(asked.count == 1)
    }

    @Test func withoutAPipelineItIsStarting() async throws {
        asked.becomes(.isNotThere)
        let server = try server()
        defer { server.stop() }
        let viewer = try await HTTPProbe.stream(port: server.port, "/events")
        #expect(await viewer.read(until: #""sentence":"starting""#))
        asked.becomes(.answers)
        #expect(await viewer.read(until: #""sentence":"ready""#))
    }

    @Test func thePageIsTheSameForAllAndItsDataAreForWhoBringsTheToken() async throws {
        let server = try server(token: AdminToken("0123456789abcdef"))
        defer { server.stop() }
        let page = try await reply(server, "/")
        #expect(page.status == 401 && page.headers["www-authenticate"] == "Bearer")
        #expect(page.headers["content-type"] == "text/html; charset=utf-8" && page.text == StatusPage.document)
        #expect(page.headers["content-security-policy"] == StatusPage.policy && page.headers["cache-control"] == "no-store")
        #expect(!page.text.contains("the-group"))
        #expect(try await reply(server, "/events").status == 401)
        #expect(try await reply(server, "/events", headers: ["Authorization: Bearer 0123456789abcdeg"]).status == 401)
        #expect(asked.count == 0)
        let welcome = try await reply(server, "/", headers: ["Authorization: Bearer 0123456789abcdef"])
        #expect(welcome.status == 200 && welcome.text == page.text)
    }

    @Test func whoFollowsByAnOldTokenMustBringTheNewOne() async throws {
        let server = try server(token: AdminToken("0123456789abcdef"))
        defer { server.stop() }
        let old = ["Authorization: Bearer 0123456789abcdef"]
        let viewer = try await HTTPProbe.stream(port: server.port, "/events", headers: old)
        #expect(await viewer.read(until: #""sentence":"ready""#))
        server.use(AdminToken("fedcba9876543210"))
        var pieces = 0
        // Some may be on their way already.
        while pieces < 60, await viewer.read(until: #""sentence":"ready""#) { pieces += 1 }
        #expect(pieces < 60, "the stream has ended")
        #expect(try await reply(server, "/events", headers: old).status == 401)
        let other = try await HTTPProbe.stream(port: server.port, "/events", headers: ["Authorization: Bearer fedcba9876543210"])
        #expect(await other.read(until: #""sentence":"ready""#))
    }

    @Test func eightMayFollowAndProbesAreAnsweredBesideThem() async throws {
        let server = try server()
        defer { server.stop() }
        var viewers: [HTTPProbe] = []
        for _ in 0..<StatusFeed.mostViewers { viewers.append(try await HTTPProbe.stream(port: server.port, "/events")) }
        for viewer in viewers { #expect(await viewer.read(until: #""sentence":"ready""#)) }
        #expect(try await reply(server, "/events").status == 503)
        let idle = try (0..<200).map { _ in try #require(IdleSocket(port: server.port, from: "127.0.0.1", true)) }
        for _ in 0..<10 { #expect(try await reply(server, "/livez").status == 200) }
        for viewer in viewers { #expect(await viewer.read(until: #""sentence":"ready""#), "a flood takes no viewer's place") }
        withExtendedLifetime(idle) {}
    }

    @Test func otherMethodsAreRefused() async throws {
        let server = try server()
        defer { server.stop() }
        let post = try await reply(server, "/events", method: "POST")
        #expect(post.status == 405 && post.headers["allow"] == "GET")
        #expect(try await reply(server, "/", method: "POST").status == 405)
        let head = try await reply(server, "/", method: "HEAD")
        #expect(head.status == 200 && head.text.isEmpty)
    }
}
