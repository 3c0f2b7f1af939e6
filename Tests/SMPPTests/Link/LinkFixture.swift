import Connect
import EventLoop
import TestSupport
import Time

@testable import SMPP

/// A link to a port of this machine, and all that it has told.
///
/// `@unchecked Sendable`: its state is touched on the loop only.
final class LinkFixture: LinkOwner, WatchedOnLoop, @unchecked Sendable {
    let loop: EventLoop
    private(set) var link: Link?
    /// Offered in this order.
    var parts: [Part] = []
    private(set) var offered: [UInt64] = []
    private(set) var events: [LinkEvent] = []
    /// Each receipt is answered as soon as it comes.
    private let answersReceipts: Bool
    let watchers = LoopWatchers<LinkFixture>()

    /// - Parameters:
    ///   - authorities: whom to trust, over TLS; nil: plain TCP.
    ///   - change: of settings that are usual, and short enough for a test.
    init(
        port: Int, authorities: String? = nil, answersReceipts: Bool = true,
        change: @escaping @Sendable (inout SessionSettings) -> Void = { _ in }
    ) async throws {
        loop = try EventLoop(name: "link-test")
        self.answersReceipts = answersReceipts
        let target = ConnectTarget(isTLS: authorities != nil, host: "127.0.0.1", port: port)
        await on { fixture in
            var settings = SessionSettings(bind: Bind(.transceiver, systemID: "shop", password: "secret"))
            change(&settings)
            let connect = ConnectSettings(for: .smpp, to: target, timeout: .seconds(10), certificateAuthorities: authorities)
            do { fixture.link = try Link(loop: fixture.loop, connect: connect, session: settings) } catch { fatalError("\(error)") }
            fixture.link?.owner = fixture
            fixture.link?.start()
        }
    }

    func submit(_ tokens: Range<UInt64>, _ message: ShortMessage = SamplePDUs.submission()) async {
        await on { fixture in
            fixture.parts += tokens.map { Part(token: $0, message) }
            fixture.link?.wake()
        }
    }

    /// Ends the link; the loop's thread with it.
    func close() async throws {
        await on { $0.link?.close() }
        try await onThread { self.loop.stop() }
    }

    // MARK: On the loop

    var sessionEvents: [SessionEvent] { events.compactMap { if case .session(let event) = $0 { event } else { nil } } }

    var deliveries: [Delivery] { sessionEvents.compactMap { if case .delivery(let delivery) = $0 { delivery } else { nil } } }

    /// Tokens that were answered, with what was said of them.
    var answers: [UInt64: PartAnswer] {
        var answers: [UInt64: PartAnswer] = [:]
        for event in sessionEvents { if case .answered(let token, let answer, _) = event { answers[token] = answer } }
        return answers
    }

    var endings: [Ending] { sessionEvents.compactMap { if case .ended(let ending) = $0 { ending } else { nil } } }

    var failures: [LinkEvent.Failure] { events.compactMap { if case .waiting(_, let why) = $0 { why } else { nil } } }

    func nextPart(for link: Link) -> Part? {
        defer { look() }
        guard !parts.isEmpty else { return nil }
        offered.append(parts[0].token)
        return parts.removeFirst()
    }

    func link(_ link: Link, _ event: LinkEvent) {
        events.append(event)
        if answersReceipts, case .session(.delivery(let delivery)) = event { link.answer(delivery.handle) }
        look()
    }
}
