internal import CLinux
internal import CMicrohttpd
internal import EventLoop
internal import Glibc
internal import Synchronization
internal import Time

/// The server's thread: waits for libmicrohttpd's descriptor, the mailbox and the timers, and decides what becomes of each request.
///
/// `@unchecked Sendable`: the mailbox is guarded by its mutex; every other stored property is touched on the server's thread only,
/// which `run` is (libmicrohttpd calls back from within `Daemon.run`).
final class ServerLoop: @unchecked Sendable {
    private struct Mailbox {
        var bodies: [@Sendable () -> Void] = []
        var isAwake = false
        var isStopping = false
        var hasEnded = false
    }

    private enum Timer {
        /// The end of a delay, or of a pause within an answer.
        case wake(slot: Int, generation: UInt64)
        case body(@Sendable () -> Void)
        case sweep
        case listen
    }

    let configuration: HTTPServerConfiguration
    let port: Int
    let handler: HTTPServer.Handler
    private let wakeup: CInt
    private let mailbox = Mutex(Mailbox())
    private let polled = UnsafeMutablePointer<pollfd>.allocate(capacity: 2)

    private var daemon: Daemon?
    private var isRefusing = false
    /// The daemon ends: nothing may be suspended any more.
    private(set) var isEnding = false
    /// Keeps the port while connects are refused.
    private var reserved: ListeningSocket?
    private(set) var connections: [Connection?] = []
    private var freeSlots: [Int] = []
    /// A connection has closed while there were as many as may be: libmicrohttpd listens again at its next turn, unasked.
    private var hasNewRoom = false
    /// Connections so far: each has 2^32 request generations of its own.
    private var generations: UInt64 = 0
    private var timers = DeadlineQueue<Timer>()
    /// The time of this turn's beginning.
    private(set) var now = MonotonicInstant.now

    init(configuration: HTTPServerConfiguration, handler: @escaping HTTPServer.Handler) throws(HTTPServerError) {
        let socket = try ListeningSocket(host: configuration.host, port: configuration.port)
        try socket.listen(host: configuration.host)
        self.configuration = configuration
        self.handler = handler
        port = socket.port
        wakeup = eventfd(0, CInt(rs_EFD_CLOEXEC | rs_EFD_NONBLOCK))
        guard wakeup >= 0 else { throw HTTPServerError(errno: errno, host: configuration.host, port: configuration.port) }
        daemon = Daemon(socket: socket, configuration: configuration, loop: self)
        guard daemon != nil else {
            let why =
                configuration.tls == nil ? "no memory or no descriptors" : "certificate and key do not fit, or no TLS in libmicrohttpd"
            throw HTTPServerError(.noResources, "cannot start the HTTP server on port \(port): \(why)")
        }
    }

    deinit {
        polled.deallocate()
        if wakeup >= 0 { close(wakeup) }
    }

    /// For a loop that will never run.
    func abandon() { daemon = nil }

    // MARK: From any thread

    /// - Returns: false when the server has stopped, and `body` will not run.
    @discardableResult
    func execute(_ body: @escaping @Sendable () -> Void) -> Bool {
        let (isAccepted, mustWake) = mailbox.withLock { box in
            guard !box.hasEnded else { return (false, false) }
            box.bodies.append(body)
            defer { box.isAwake = true }
            return (true, !box.isAwake)
        }
        if mustWake { wake() }
        return isAccepted
    }

    func requestStop() {
        mailbox.withLock { $0.isStopping = true }
        wake()
    }

    private func wake() {
        var one: UInt64 = 1
        _ = Glibc.write(wakeup, &one, 8)
    }

    // MARK: The thread

    func run() {
        timers.insert(.sweep, at: now + .seconds(1))
        while !turn(limit: nil) {}
        let deadline = MonotonicInstant.now + .milliseconds(500)
        while connections.contains(where: { $0?.phase == .sending }), MonotonicInstant.now < deadline { _ = turn(limit: 10) }
        endDaemon()
        let rest = mailbox.withLock { box in
            box.hasEnded = true
            defer { box.bodies = [] }
            return box.bodies
        }
        for body in rest { body() }
    }

    /// - Returns: whether a stop is asked for.
    private func readMail() -> Bool {
        let (bodies, isStopping) = mailbox.withLock { box in
            let bodies = box.bodies
            if !bodies.isEmpty { box.bodies = [] }
            box.isAwake = false
            return (bodies, box.isStopping)
        }
        for body in bodies { body() }
        return isStopping
    }

    /// Mail and timers come before libmicrohttpd's turn: what they resume is not reported by its descriptor.
    ///
    /// - Parameter limit: milliseconds to wait at most.
    /// - Returns: whether a stop is asked for.
    private func turn(limit: CInt?) -> Bool {
        let timeout = timeout(limit: limit)
        if timeout != 0 {
            polled[0] = pollfd(fd: wakeup, events: Int16(POLLIN), revents: 0)
            polled[1] = pollfd(fd: daemon?.descriptor ?? -1, events: Int16(POLLIN), revents: 0)
            _ = poll(polled, 2, timeout)
            if polled[0].revents != 0 {
                var value: UInt64 = 0
                _ = Glibc.read(wakeup, &value, 8)
            }
        }
        now = .now
        let isStopping = readMail()
        while let timer = timers.popDue(now) { fire(timer) }
        hasNewRoom = false
        daemon?.run()
        return isStopping
    }

    private func timeout(limit: CInt?) -> CInt {
        let wanted = daemon?.timeout ?? -1
        if wanted == 0 || hasNewRoom { return 0 }
        var timeout = limit ?? -1
        if let next = timers.nextDeadline {
            let rest = max(0, (next - .now).nanoseconds)
            let milliseconds = CInt(clamping: rest.clampedSum(999_999) / 1_000_000)
            timeout = timeout < 0 ? milliseconds : min(timeout, milliseconds)
        }
        if wanted > 0 { timeout = timeout < 0 ? wanted : min(timeout, wanted) }
        return timeout
    }

    private func fire(_ timer: Timer) {
        switch timer {
        case .wake(let slot, let generation):
            guard let connection = connections[slot], connection.generation == generation, connection.isSuspended else { return }
            resume(connection)
        case .body(let body): body()
        case .listen: startListening()
        case .sweep:
            sweep()
            timers.insert(.sweep, at: now + .seconds(1))
        }
    }

    func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) { timers.insert(.body(body), at: .now + delay) }

    // MARK: Listening

    /// The port stays bound and is not listened on, so connects are refused.
    func setRefusing(_ isRefusing: Bool) {
        guard isRefusing != self.isRefusing else { return }
        self.isRefusing = isRefusing
        if isRefusing {
            endDaemon()
            reserve()
        } else {
            startListening()
        }
    }

    private func reserve() {
        guard let socket = try? ListeningSocket(host: configuration.host, port: port) else { return }
        reserved = consume socket
    }

    /// Tries again every 50 ms where somebody else listens there.
    private func startListening() {
        guard !isRefusing, daemon == nil else { return }
        if reserved == nil { reserve() }
        if let socket = reserved.take(), (try? socket.listen(host: configuration.host)) != nil {
            daemon = Daemon(socket: socket, configuration: configuration, loop: self)
        }
        if daemon == nil { timers.insert(.listen, at: now + .milliseconds(50)) }
    }

    private func endDaemon() {
        // libmicrohttpd ends the process when it is stopped with a suspended connection; `run` brings its lists up to date.
        isEnding = true
        for connection in connections { dropSuspended(connection) }
        daemon?.run()
        daemon = nil
        isEnding = false
    }

    // MARK: Connections

    func open(_ handle: OpaquePointer, socket: CInt) -> Connection {
        let slot = freeSlots.popLast() ?? connections.count
        if slot == connections.count { connections.append(nil) }
        generations += 1
        let connection = Connection(
            slot: slot, generation: generations << 32, handle: handle, socket: socket, address: PeerAddress(of: socket), since: now)
        connections[slot] = connection
        if configuration.makesRoom { makeRoom(for: connection) }
        return connection
    }

    private func makeRoom(for new: Connection) {
        var counts: [PeerAddress: Int] = [:]
        var total = 0
        for case let connection? in connections where !connection.isLeaving {
            counts[connection.address, default: 0] += 1
            total += 1
        }
        let own = counts[new.address] ?? 0
        guard own > configuration.maximumConnectionsOfAddress || total > configuration.maximumConnections else { return }
        let most = own > configuration.maximumConnectionsOfAddress ? own : counts.values.max() ?? 0
        var oldest: Connection?
        for case let connection? in connections
        where !connection.isLeaving && !connection.isSuspended && connection.phase != .streaming && connection !== new
            && counts[connection.address] == most
        {
            if own > configuration.maximumConnectionsOfAddress, connection.address != new.address { continue }
            if oldest.map({ connection.since < $0.since }) ?? true { oldest = connection }
        }
        if let oldest { drop(oldest) }
    }

    func drop(_ connection: Connection) {
        guard !connection.isSuspended else { return dropSuspended(connection) }
        connection.isLeaving = true
        shutdown(connection.socket, CInt(SHUT_RDWR))
    }

    func closed(_ connection: Connection) {
        hasNewRoom = hasNewRoom || connections.count - freeSlots.count >= configuration.maximumConnections
        connections[connection.slot] = nil
        freeSlots.append(connection.slot)
    }

    /// Closes slow and idle connections, and lets go of suspended ones whose client has gone (libmicrohttpd does not look at those).
    private func sweep() {
        for case let connection? in connections {
            let limit: Duration
            switch connection.phase {
            case .idle, .receiving: limit = configuration.idleTimeout
            case .sending, .answered: limit = configuration.answerTimeout
            // Something waits for it to take it.
            case .streaming where !connection.isSuspended: limit = configuration.answerTimeout
            case .waiting, .trickling, .streaming:
                var byte: UInt8 = 0
                let count = recv(connection.socket, &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT))
                if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { dropSuspended(connection) }
                continue
            }
            if now - connection.since > limit { shutdown(connection.socket, CInt(SHUT_RDWR)) }
        }
    }

    private func dropSuspended(_ connection: Connection?) {
        guard let connection, connection.isSuspended else { return }
        if connection.phase == .trickling || connection.phase == .streaming {
            connection.isLeaving = true
            shutdown(connection.socket, CInt(SHUT_RDWR))
        }
        connection.pending = .fault(.drop)
        resume(connection)
    }

    func suspend(_ connection: Connection, for delay: Duration?) {
        connection.isSuspended = true
        MHD_suspend_connection(connection.handle)
        if let delay {
            timers.insert(.wake(slot: connection.slot, generation: connection.generation), at: now + max(delay, .zero))
        }
    }

    func resume(_ connection: Connection) {
        connection.isSuspended = false
        if connection.phase == .waiting { connection.phase = .answered }
        MHD_resume_connection(connection.handle)
    }

    /// A pause within an answer that comes in pieces.
    ///
    /// - Parameter duration: nil: until the next piece.
    /// - Returns: false when the answer must end instead.
    func pause(_ connection: Connection, for duration: Duration?) -> Bool {
        guard !isEnding, !connection.isLeaving else { return false }
        suspend(connection, for: duration)
        return true
    }
}
