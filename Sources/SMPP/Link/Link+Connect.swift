internal import Connect
internal import EventLoop
internal import Time

/// Connections: how they come, and how they go.
extension Link {
    /// As long as a message centre may take a lost link for an open one.
    private static let lately = Duration.seconds(300)

    func connect() {
        phase = .connecting
        if connector.capacity > 0, connector.connect() { return }
        wait(for: .connect(ConnectFailure(.local, detail: "no thread to connect on")))
    }

    func connectEnded(_ result: Result<Transport, ConnectFailure>) {
        switch result {
        case .success(let transport) where isWanted: adopt(transport)
        case .success(let transport):
            connector.dispose(transport)
            leaveOff()
        case .failure(let failure): wait(for: .connect(failure))
        }
    }

    private func adopt(_ transport: Transport) {
        sessions += 1
        // The bind can be written: it was, when the link was made.
        guard let session = try? Session(settings, id: sessions, at: loop.now) else {
            connector.dispose(transport)
            return leaveOff()
        }
        let connection = LinkConnection(transport, session)
        do {
            connection.registration = try loop.register(fd: transport.socket) { [weak self] in self?.ready(connection, $0) }
        } catch {
            connector.dispose(transport)
            return wait(for: .connect(ConnectFailure(.local, detail: "its socket cannot be watched")))
        }
        self.connection = connection
        phase = .up
        turn()
    }

    /// Takes an ended session's connection away, so that nothing of it is written any more but a last word.
    func close(_ connection: LinkConnection, _ ending: Ending) {
        if let registration = connection.registration { loop.deregister(registration) }
        connection.registration = nil
        if ending.notSent.isEmpty {
            _ = connection.write(at: loop.now)
        } else {
            // The rest of the part that is told as not sent may stand in a buffer of TLS.
            connection.transport.cutOff()
        }
        connector.dispose(connection.transport)
        self.connection = nil
        setTimer(nil)
    }

    func connectionIsGone(_ connection: LinkConnection, _ ending: Ending) {
        let boundFor = connection.boundAt.map { loop.now - $0 }
        var failure = LinkEvent.Failure.ended(ending.reason)
        let isOutdated = connection.session.settings.bind != settings.bind
        switch ending.reason {
        case .unbound, .peerUnbound: lostAt = nil
        case .bindRefused(let status):
            let wasBoundLately = lostAt.map { loop.now - $0 < Self.lately } ?? false
            failure = .refused(BindRefusal(status, wasBoundLately: wasBoundLately), status)
        default: if boundFor != nil { lostAt = loop.now }
        }
        wait(for: failure, boundFor: boundFor, isOutdated: isOutdated)
    }

    /// - Parameter isOutdated: there is another password by now.
    private func wait(for failure: LinkEvent.Failure, boundFor: Duration? = nil, isOutdated: Bool = false) {
        guard isWanted else { return leaveOff() }
        var refusal: BindRefusal?
        if case .refused(let why, _) = failure { refusal = why }
        isRefusedForCredentials = refusal == .credentials
        let pause = policy.ended(boundFor: boundFor, refusal: refusal, chance: Double.random(in: 0..<1, using: &random))
        let wait = isOutdated && isRefusedForCredentials ? .zero : pause
        phase = .waiting
        setTimer(loop.now + wait)
        owner?.link(self, .waiting(wait, why: failure))
    }

    private func leaveOff() {
        phase = .off
        owner?.link(self, .left)
    }
}
