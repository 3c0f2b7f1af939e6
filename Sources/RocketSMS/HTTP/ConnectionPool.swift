internal import Connect
internal import EventLoop
internal import Time

/// Keep-alive connections to one host, and the requests that run on them or wait for one. It never sends a request again.
///
/// Lives on the loop. The runner of `ExchangeStateMachine` and `ConnectPolicy`: it moves bytes and keeps time, they decide.
final class ConnectionPool {
    private let loop: EventLoop
    private let connector: Connector
    private let settings: PoolSettings
    private unowned let owner: any ConnectionPoolOwner

    private var policy: ConnectPolicy
    private var connections: [PooledConnection] = []
    /// The one used last is the last, and is used next.
    private var idle: [PooledConnection] = []
    private var waiting = ExchangeQueue()
    /// Failures that were known within `submit`, to be told afterwards.
    private var early: [(Exchange, ExchangeFailure)] = []
    private var upkeepTimer: (id: TimerID, at: MonotonicInstant)?
    private var isClosed = false
    private var random = SystemRandomNumberGenerator()
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 << 10, alignment: 16)

    private var lastFailure: ConnectFailure?

    /// Connects that failed since the start.
    private(set) var connectFailures = 0

    /// - Throws: `EventLoopError` when the system gives no threads.
    init(
        loop: EventLoop, connect: ConnectSettings, settings: PoolSettings, owner: any ConnectionPoolOwner
    ) throws(EventLoopError) {
        self.loop = loop
        self.settings = settings
        self.owner = owner
        let connects = max(1, min(settings.maximumConnects, settings.maximumConnections))
        policy = ConnectPolicy(maximumConnections: settings.maximumConnections, maximumConnects: connects)
        connector = try Connector(loop: loop, settings: connect, maximumThreads: connects)
        connector.ended = { [unowned self] in connectEnded($0) }
    }

    deinit { scratch.deallocate() }

    var openConnections: Int { connections.count }
    /// Requests under way or waiting.
    var load: Int { connections.count - idle.count + waiting.count }
    /// Whether one more request would find a connection, or room for one, without waiting for another's end.
    var hasCapacity: Bool { !isClosed && load < settings.maximumConnections }

    /// Runs the exchange on a connection as soon as there is one.
    func submit(_ exchange: Exchange) {
        if isClosed { return failLater(exchange, .notSent(.closed)) }
        // Nobody overtakes those who wait already.
        if waiting.isEmpty, let connection = takeIdle() { return begin(exchange, onIdle: connection) }
        guard waiting.count < settings.maximumWaiting else { return failLater(exchange, .notSent(.tooManyWaiting)) }
        waiting.append(exchange)
        wakeUp(at: exchange.deadline)
        connectAsNeeded()
    }

    /// Ends every exchange, then every connection. What was under way is answered before this returns.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        if let timer = upkeepTimer { loop.cancel(timer.id) }
        upkeepTimer = nil
        for connection in connections where connection.exchange != nil { act(connection.abort(.closed), on: connection) }
        for exchange in waiting.removeAll() { fail(exchange, .notSent(.closed)) }
        tellEarly()
        for connection in connections { discard(connection) }
        connector.close()
    }
}

// MARK: - Exchanges

extension ConnectionPool {
    /// An idle connection that is still good; the others found on the way are closed.
    private func takeIdle() -> PooledConnection? {
        while let connection = idle.popLast() {
            if connection.retiresAt > loop.now, connection.isStillOpen(scratch: scratch) { return connection }
            ledNowhere(connection)
            discard(connection)
        }
        return nil
    }

    /// A connection that its host has closed: whether that tells something of the host.
    private func ledNowhere(_ connection: PooledConnection) {
        guard !connection.hasAnswered, connection.retiresAt > loop.now else { return }
        if policy.ledNowhere(at: loop.now, chance: Double.random(in: 0..<1, using: &random)) { lastFailure = ConnectFailure(.closed) }
    }

    private func begin(_ exchange: Exchange, onIdle connection: PooledConnection) {
        guard owner.mayBegin(exchange) else {
            rest(connection)
            return failLater(exchange, .notSent(.leaseEnded))
        }
        wakeUp(at: exchange.deadline)
        guard exchange.deadline > loop.now else {
            rest(connection)
            return failLater(exchange, .notSent(.waitedTooLong))
        }
        guard case .fail(let failure) = connection.begin(exchange, encode: encode) else { return }
        _ = connection.takeExchange()
        discard(connection, cuttingOff: true)
        failLater(exchange, failure)
    }

    private func encode(_ exchange: Exchange, into buffer: inout [UInt8]) -> Int { owner.encode(exchange, into: &buffer) }

    private func ready(_ connection: PooledConnection, _ readiness: EventLoop.Readiness) {
        guard connection.exchange != nil else {
            guard readiness.contains(.closed) || !connection.isStillOpen(scratch: scratch) else { return }
            idle.removeAll { $0 === connection }
            ledNowhere(connection)
            discard(connection)
            return
        }
        // Reading first: an answer that came early (413, say) tells more than the broken pipe of the rest.
        if readiness.contains(.readable) || readiness.contains(.closed) {
            let action = connection.read(scratch: scratch, shortDeadline: loop.now + settings.restWait) { owner.looksOn($0, for: $1) }
            if case .complete = action, readiness.contains(.closed) {
                // The end came with the answer, and will not be told again.
                return act(.complete(isReusable: false), on: connection)
            }
            if action != .wait { return act(action, on: connection) }
            wakeUp(at: connection.deadline)
        }
        if readiness.contains(.writable) { goOnWriting(connection) }
    }

    /// A first write that blocked may have waited past the lease: while nothing has left, the leave is asked for again. With the connection
    /// goes what TLS may have encrypted of it.
    private func goOnWriting(_ connection: PooledConnection) {
        if connection.isUnwritten, let exchange = connection.exchange, !owner.mayBegin(exchange) {
            return act(.fail(.notSent(.leaseEnded)), on: connection)
        }
        act(connection.write(), on: connection)
    }

    private func act(_ action: ExchangeStateMachine.Action, on connection: PooledConnection) {
        switch action {
        case .wait: return
        case .complete(let isReusable):
            guard let exchange = connection.takeExchange() else { return }
            let (reply, isSound) = owner.decode(connection.reader, for: exchange)
            connection.hasAnswered = true
            policy.answered()
            if isReusable, isSound, !isClosed, connection.retiresAt > loop.now {
                release(connection)
            } else {
                discard(connection)
                connectAsNeeded()
            }
            owner.deliver(reply, tag: exchange.tag)
        case .fail(let failure):
            guard let exchange = connection.takeExchange() else { return }
            let reply = owner.decode(failure, after: connection.reader, for: exchange)
            if connection.reader.hasBegun {
                // Broken as it was, somebody answered.
                connection.hasAnswered = true
                policy.answered()
            } else if failure == .unknown(.closedByPeer) || failure == .unknown(.connectionBroken) {
                ledNowhere(connection)
            }
            discard(connection, cuttingOff: true)
            connectAsNeeded()
            owner.deliver(reply, tag: exchange.tag)
        }
    }

    /// Gives the connection to who waits longest, or to rest.
    private func release(_ connection: PooledConnection) {
        guard !waiting.isEmpty else { return rest(connection) }
        guard connection.isStillOpen(scratch: scratch) else {
            ledNowhere(connection)
            discard(connection)
            return connectAsNeeded()
        }
        // A refused leave ends that exchange, and the next one gets the connection; so does a deadline that this turn has not told yet.
        while let exchange = waiting.popFirst() {
            if exchange.deadline <= loop.now {
                failLater(exchange, .notSent(.waitedTooLong))
                continue
            }
            if owner.mayBegin(exchange) {
                wakeUp(at: exchange.deadline)
                return act(connection.begin(exchange, encode: encode), on: connection)
            }
            failLater(exchange, .notSent(.leaseEnded))
        }
        rest(connection)
    }

    private func rest(_ connection: PooledConnection) {
        var limit = settings.maximumIdle
        // A second before the server's own word, for the way there.
        if let seconds = connection.reader.keepAliveSeconds { limit = min(limit, .seconds(max(0, seconds - 1))) }
        connection.idleUntil = min(loop.now + limit, connection.retiresAt)
        idle.append(connection)
        wakeUp(at: connection.idleUntil)
    }

    private func fail(_ exchange: Exchange, _ failure: ExchangeFailure) {
        owner.deliver(owner.decode(failure, for: exchange), tag: exchange.tag)
    }

    /// For failures that are known while the caller is still within `submit`.
    private func failLater(_ exchange: Exchange, _ failure: ExchangeFailure) {
        early.append((exchange, failure))
        if early.count == 1 { loop.schedule(at: loop.now) { [weak self] in self?.tellEarly() } }
    }

    private func tellEarly() {
        let told = early
        early = []
        for (exchange, failure) in told { fail(exchange, failure) }
    }
}

// MARK: - Connections

extension ConnectionPool {
    private func connectAsNeeded() {
        guard !isClosed else { return }
        let count = policy.connects(waiting: waiting.count, open: connections.count, at: loop.now)
        for _ in 0..<min(count, connector.capacity) {
            guard connector.connect() else { break }
            policy.began()
        }
        guard let retryAt = policy.retryAt, retryAt > loop.now, policy.connecting == 0, !waiting.isEmpty else { return }
        if connections.isEmpty, let lastFailure {
            // Nothing is open and nothing may open now: who asks learns it at once and paces itself.
            for exchange in waiting.removeAll() { failLater(exchange, .notSent(.noConnection(lastFailure))) }
        } else {
            wakeUp(at: retryAt)
        }
    }

    private func connectEnded(_ result: Result<Transport, ConnectFailure>) {
        switch result {
        case .success(let transport):
            policy.succeeded()
            adopt(transport)
        case .failure(let failure):
            connectFailures += 1
            lastFailure = failure
            policy.failed(at: loop.now, chance: Double.random(in: 0..<1, using: &random))
        }
        connectAsNeeded()
    }

    private func adopt(_ transport: Transport) {
        let age = settings.maximumAge * Double.random(in: 0.8...1, using: &random)
        let connection = PooledConnection(transport: transport, retiresAt: loop.now + age, limits: settings.responseLimits)
        do {
            connection.registration = try loop.register(fd: transport.socket) { [unowned self] in ready(connection, $0) }
        } catch {
            // The kernel has no room to watch it: not the host's fault, but as good a reason to wait.
            policy.began()
            policy.failed(at: loop.now, chance: Double.random(in: 0..<1, using: &random))
            lastFailure = ConnectFailure(.local, detail: "its socket cannot be watched")
            connector.dispose(transport)
            return
        }
        connection.slot = connections.count
        connections.append(connection)
        release(connection)
    }

    /// - Parameter cuttingOff: the exchange on it has failed: what is not out yet must never get out.
    private func discard(_ connection: PooledConnection, cuttingOff: Bool = false) {
        guard let registration = connection.registration else { return }
        connection.registration = nil
        loop.deregister(registration)
        let last = connections.removeLast()
        if last !== connection {
            last.slot = connection.slot
            connections[connection.slot] = last
        }
        if cuttingOff { connection.transport.cutOff() }
        connector.dispose(connection.transport)
    }
}

// MARK: - Time

extension ConnectionPool {
    /// One timer for all deadlines, set to no later than the earliest: in the usual run it fires a few times a minute.
    private func wakeUp(at time: MonotonicInstant) {
        if let timer = upkeepTimer {
            if timer.at <= time { return }
            loop.cancel(timer.id)
        }
        upkeepTimer = (loop.schedule(at: time) { [weak self] in self?.upkeep() }, time)
    }

    private func upkeep() {
        upkeepTimer = nil
        let now = loop.now
        for connection in connections {
            if connection.exchange != nil, connection.deadline <= now { act(connection.abort(.timedOut), on: connection) }
        }
        for exchange in waiting.removeAll(due: now) { fail(exchange, .notSent(.waitedTooLong)) }
        idle.removeAll { connection in
            guard connection.idleUntil <= now else { return false }
            discard(connection)
            return true
        }
        connectAsNeeded()
        var next = waiting.earliestDeadline
        for connection in connections {
            let time = connection.exchange == nil ? connection.idleUntil : connection.deadline
            next = min(time, next ?? time)
        }
        if let next, !isClosed { wakeUp(at: next) }
    }
}
