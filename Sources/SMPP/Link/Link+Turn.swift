internal import EventLoop
internal import Time

/// A turn: what has come is read and told, what is to be written is written, and parts are offered while they may be. Whoever is told
/// something may call the link; that is looked at in the same turn.
extension Link {
    /// Buffers that are read before others on the loop have their turn.
    private static let readsInATurn = 16

    func turn() {
        needsTurn = true
        guard !isInTurn else { return }
        isInTurn = true
        while needsTurn {
            needsTurn = false
            read()
            tell()
            write()
            offer()
            tell()
        }
        isInTurn = false
        if let connection { setTimer(connection.session.nextDeadline) }
    }

    /// A turn for all that is asked for until then: answers that are given together leave together.
    func soon() {
        needsTurn = true
        guard !isInTurn, !isTurnScheduled else { return }
        isTurnScheduled = true
        loop.schedule(at: loop.now) { [weak self] in
            self?.isTurnScheduled = false
            self?.turn()
        }
    }

    func ready(_ connection: LinkConnection, _ readiness: EventLoop.Readiness) {
        guard connection === self.connection else { return }
        if readiness.contains(.readable) || readiness.contains(.closed) { mayRead = true }
        turn()
    }

    /// Until the socket is empty (its readiness is told once), but not longer than others may wait.
    private func read() {
        var reads = 0
        while mayRead, let connection {
            guard reads < Self.readsInATurn else {
                loop.schedule(at: loop.now) { [weak self] in self?.turn() }
                return
            }
            reads += 1
            switch connection.read(scratch: scratch, at: loop.now) {
            case .moved:
                // Answers leave as soon as what they answer was read.
                tell()
                write()
            case .waits: mayRead = false
            case .ended:
                mayRead = false
                connection.session.connectionEnded()
            }
        }
    }

    private func write() {
        guard let connection, !connection.session.isEnded, connection.write(at: loop.now) == .ended else { return }
        // Answers may have come before the end: they tell more than it does.
        for _ in 0..<Self.readsInATurn where connection.read(scratch: scratch, at: loop.now) != .moved { break }
        mayRead = false
        connection.session.connectionEnded()
        needsTurn = true
    }

    private func offer() {
        while let connection, connection.session.canSubmit {
            isAsking = true
            let part = owner?.nextPart(for: self)
            isAsking = false
            guard let part else { return }
            do throws(PDUEncodingError) {
                try connection.session.submit(part.message, token: part.token, at: loop.now)
            } catch {
                owner?.link(self, .invalid(token: part.token, error))
                continue
            }
            write()
        }
    }

    private func tell() {
        while let connection {
            let events = connection.session.takeEvents()
            if events.isEmpty { return }
            for event in events {
                if case .bound = event { connection.boundAt = loop.now }
                if case .ended(let ending) = event { close(connection, ending) }
                owner?.link(self, .session(event))
                if case .ended(let ending) = event { connectionIsGone(connection, ending) }
            }
        }
    }

    /// One timer for all, set to no later than the earliest: it may come early, and then is set again.
    ///
    /// - Parameter time: nil for none.
    func setTimer(_ time: MonotonicInstant?) {
        if let timer {
            if let time, timer.at <= time { return }
            loop.cancel(timer.id)
        }
        timer = time.map { time in (loop.schedule(at: time) { [weak self] in self?.timeHasCome() }, time) }
    }

    private func timeHasCome() {
        timer = nil
        if phase == .waiting { return connect() }
        connection?.session.advance(to: loop.now)
        turn()
    }
}
