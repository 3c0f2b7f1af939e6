internal import Connect
internal import EventLoop
package import SMPP
internal import Time

/// What became of a bind that was tried.
package enum SMPPFacts: Equatable, Sendable {
    case bound
    case failed(LinkEvent.Failure)
    /// Nothing was heard in time.
    case silent
}

/// Binds once, and unbinds. As a transmitter: a bind that receives would be given receipts, and they would be lost.
///
/// `@unchecked Sendable`: its state is touched on the loop only.
package final class SMPPProbe: LinkOwner, @unchecked Sendable {
    private static let farewell = Duration.seconds(2)

    private let loop: EventLoop
    private let settings: SMPPSettings
    private let limit: Duration
    private var link: Link?
    private var facts = SMPPFacts.silent
    private var done: ((SMPPFacts) -> Void)?

    /// - Parameter limit: how long is waited, in all.
    private init(_ settings: SMPPSettings, within limit: Duration, _ loop: EventLoop) {
        self.loop = loop
        self.limit = limit
        self.settings = settings
    }

    /// - Throws: where the bind cannot be written (a name or a password that is too long), or the system gives no thread.
    package static func ask(_ settings: SMPPSettings, within limit: Duration) async throws -> SMPPFacts {
        let loop = try EventLoop(name: "check-smpp")
        defer { loop.stop() }
        let probe = SMPPProbe(settings, within: limit, loop)
        return try await withCheckedThrowingContinuation { continuation in
            loop.execute {
                do { try probe.begin { continuation.resume(returning: $0) } } catch { continuation.resume(throwing: error) }
            }
        }
    }

    private func begin(_ done: @escaping (SMPPFacts) -> Void) throws {
        var (connect, session) = (settings.connect, settings.session(.transmitter))
        connect.timeout = min(connect.timeout, limit / 3)
        session.responseTimeout = min(session.responseTimeout, limit / 3)
        let link = try Link(loop: loop, connect: connect, session: session)
        (self.link, self.done) = (link, done)
        link.owner = self
        link.start()
        loop.schedule(after: limit) { self.end() }
    }

    package func nextPart(for link: Link) -> Part? { nil }

    package func link(_ link: Link, _ event: LinkEvent) {
        switch event {
        case .session(.bound):
            facts = .bound
            link.leave(within: Self.farewell)
        case .waiting(_, let why):
            if facts == .silent { facts = .failed(why) }
            end()
        case .left: end()
        case .session, .invalid: break
        }
    }

    /// Later: who tells something is not closed under its own feet.
    private func end() {
        loop.schedule(at: loop.now) {
            guard let done = self.done else { return }
            self.done = nil
            self.link?.close()
            self.link = nil
            done(self.facts)
        }
    }
}
