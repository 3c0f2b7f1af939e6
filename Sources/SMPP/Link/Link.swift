package import Connect
package import EventLoop
internal import Time

/// One bind that is kept up: connects, runs the session, and connects again when that has ended.
///
/// Lives on the loop. The runner of `Session` and `ReconnectPolicy`: it moves octets and keeps time, they decide.
///
/// | phase | becomes |
/// | --- | --- |
/// | off | connecting by `start` |
/// | connecting | up; waiting where no connection came about |
/// | up: there is a session | waiting when it has ended; off where `leave` ended it |
/// | waiting | connecting in time; off by `leave` |
package final class Link {
    enum Phase: Equatable { case off, connecting, up, waiting }

    let loop: EventLoop
    private(set) var settings: SessionSettings
    let connector: Connector
    package weak var owner: (any LinkOwner)?

    var phase = Phase.off
    /// While waiting: the peer did not take the credentials.
    var isRefusedForCredentials = false
    /// By `start` and `leave`.
    var isWanted = false
    var connection: LinkConnection?
    var policy = ReconnectPolicy()
    /// When a bound session last ended other than by an unbind.
    var lostAt: MonotonicInstant?
    /// Connections that opened, ever: the sessions' ids.
    var sessions: UInt64 = 0
    var timer: (id: TimerID, at: MonotonicInstant)?
    var random = SystemRandomNumberGenerator()

    // Of the turn that runs, or will.
    var isInTurn = false
    var isTurnScheduled = false
    var isAsking = false
    var needsTurn = false
    var mayRead = false
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 << 10, alignment: 16)

    /// - Throws: where the bind cannot be written, or the system gives no threads.
    package init(loop: EventLoop, connect: ConnectSettings, session: SessionSettings) throws {
        var octets: [UInt8] = []
        try PDU(sequence: 1, .bind(session.bind)).encode(into: &octets)
        self.loop = loop
        settings = session
        connector = try Connector(loop: loop, settings: connect, maximumThreads: 1)
        connector.ended = { [weak self] in self?.connectEnded($0) }
    }

    deinit { scratch.deallocate() }

    package var kind: Bind.Kind { settings.bind.kind }
    /// There is no session, and none is wanted.
    package var isOff: Bool { phase == .off }
    package var isBound: Bool { connection?.session.isBound ?? false }
    /// Parts in the window, late ones among them.
    package var partsUnderWay: Int { connection?.session.partsUnderWay ?? 0 }

    /// Binds, and binds again whenever the session ends, until `leave`.
    package func start() {
        isWanted = true
        if phase == .off { connect() }
    }

    /// Binds are made with this password from now on; where another one was refused, at once. A session that is bound stays.
    ///
    /// - Throws: where it cannot be written; the one of before stays then.
    package func use(password: String) throws(PDUEncodingError) {
        var bind = settings.bind
        bind.password = password
        var octets: [UInt8] = []
        try PDU(sequence: 1, .bind(bind)).encode(into: &octets)
        settings.bind = bind
        if phase == .waiting, isRefusedForCredentials { setTimer(loop.now) }
    }

    /// There may be a part to offer.
    package func wake() {
        precondition(!isAsking, "who is asked for a part calls nothing of the link")
        soon()
    }

    /// A receipt or a message is kept; with another status, it is not. Of a session that has ended it is left alone.
    package func answer(_ delivery: Delivery.Handle, _ status: CommandStatus = .ok) {
        precondition(!isAsking, "who is asked for a part calls nothing of the link")
        connection?.session.answer(delivery, status, at: loop.now)
        soon()
    }

    /// Offers no further part, waits for the answers to those that are out, and unbinds. `LinkEvent.left` tells the end.
    ///
    /// - Parameter limit: how long is waited for them at most.
    package func leave(within limit: Duration) {
        precondition(!isAsking, "who is asked for a part calls nothing of the link")
        isWanted = false
        switch phase {
        case .off: loop.schedule(at: loop.now) { [weak self] in self?.tellLeft() }
        case .waiting:
            setTimer(nil)
            phase = .off
            loop.schedule(at: loop.now) { [weak self] in self?.tellLeft() }
        // Its end will find that it is not wanted.
        case .connecting: return
        case .up:
            connection?.session.leave(at: loop.now, by: loop.now + limit)
            turn()
        }
    }

    /// Ends all at once, without a goodbye. What was under way is told before this returns.
    package func close() {
        isWanted = false
        connection?.session.connectionEnded()
        turn()
        setTimer(nil)
        phase = .off
        connector.close()
    }

    private func tellLeft() { if phase == .off, !isWanted { owner?.link(self, .left) } }
}
