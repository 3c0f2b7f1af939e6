internal import EventLoop
internal import HTTPServer
internal import Synchronization
package import Time

/// Gives the page's viewers a snapshot each second. Without a viewer nothing is asked, counted or encoded.
///
/// The pipeline is asked on its own loop, one question at a time; one that does not answer holds up nothing, and the page says so.
package final class StatusFeed: Sendable {
    /// Asks the pipeline. Nil is the answer where there is none (yet).
    package typealias Question = @Sendable (@escaping @Sendable (WorkerDetail?) -> Void) -> Void

    private struct State {
        weak var server: HTTPServer?
        var isTicking = false
        var isAsked = false
        var detail: WorkerDetail?
        var answeredAt = MonotonicInstant.now
    }

    /// Beyond it a viewer is answered 503.
    package static let mostViewers = 8
    private static let interval = Duration.seconds(1)

    private let identity: StatusSnapshot.Identity
    private let figures: StatusFigures
    private let startedAt: MonotonicInstant
    private let ask: Question
    private let state = Mutex(State())

    package init(
        identity: StatusSnapshot.Identity, figures: StatusFigures, startedAt: MonotonicInstant = .now, ask: @escaping Question
    ) {
        self.identity = identity
        self.figures = figures
        self.startedAt = startedAt
        self.ask = ask
    }

    /// Whether somebody is told, second by second.
    var isTicking: Bool { state.withLock { $0.isTicking } }

    func attach(to server: HTTPServer) { state.withLock { $0.server = server } }

    /// The head of an answer without an end: server-sent events.
    static let response = HTTPResponse(contentType: "text/event-stream; charset=utf-8", body: [UInt8](": hello\n\n".utf8))

    /// On the server's thread.
    func viewerCame() {
        let server = state.withLock { state -> HTTPServer? in
            guard !state.isTicking, let server = state.server else { return nil }
            state.isTicking = true
            // What was heard for viewers of before is old, and no sign of silence.
            if !state.isAsked { (state.detail, state.answeredAt) = (nil, .now) }
            return server
        }
        server?.execute(after: .zero) { [self] in tick() }
    }

    /// On the server's thread.
    private func tick() {
        guard let server = state.withLock({ $0.server }), server.openStreams > 0 else {
            state.withLock { $0.isTicking = false }
            return
        }
        server.execute(after: Self.interval) { [self] in tick() }
        let mayAsk = state.withLock { state in
            defer { state.isAsked = true }
            return !state.isAsked
        }
        guard mayAsk else {
            let (hasDetail, answeredAt) = state.withLock { ($0.detail != nil, $0.answeredAt) }
            // Who has not heard anything yet waits a little rather than hear of a start.
            if hasDetail || .now - answeredAt >= StatusSnapshot.longestSilence { publish(on: server) }
            return
        }
        ask { [self] detail in
            let server = state.withLock { state in
                (state.detail, state.answeredAt, state.isAsked) = (detail ?? state.detail, .now, false)
                return state.server
            }
            _ = server?.execute { [self, weak server] in if let server { publish(on: server) } }
        }
    }

    private func publish(on server: HTTPServer) {
        let now = Now(monotonic: .now, wall: WallTime.now.milliseconds)
        let (detail, answeredAt) = state.withLock { ($0.detail, $0.answeredAt) }
        let snapshot = StatusSnapshot(
            identity: identity, detail: detail, silence: now.monotonic - answeredAt, totals: figures.totals, times: figures.times,
            startedAt: startedAt, now: now)
        server.publish(Self.event(snapshot.json))
    }

    /// JSON as our writer makes it has no line feed.
    static func event(_ json: [UInt8]) -> [UInt8] { [UInt8]("data: ".utf8) + json + [UInt8]("\n\n".utf8) }
}
