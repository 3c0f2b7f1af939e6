internal import EventLoop

/// How an exchange ended.
enum ExchangeResult {
    /// A whole answer; the reader lends it during the call.
    case answered
    /// No byte of the request was handed over, or not the end of its head: the provider cannot have acted on it.
    case notSent(String)
    /// The caller withdrew before the first byte.
    case notBegun
    /// The request left and no valid answer came.
    case unknown(String)
}

/// Keep-alive connections to one host, each with at most one exchange under way. Nothing is ever sent again by itself.
///
/// On the loop only. Bounded: so many connections, so many waiters as the caller starts exchanges.
final class ConnectionPool {
    struct Limits {
        var connections: Int
        var requestTimeout: Duration
        /// An idle connection older than this is closed: servers close theirs soon after.
        var idle: Duration = .seconds(20)
        /// Names are looked up again at least this often.
        var age: Duration = .seconds(300)
        var body: Int = 256 * 1024
    }

    /// A connection and its exchange.
    private final class Connection {
        let link: CurlConnection
        var registration: EventLoop.Registration?
        var output: [UInt8] = []
        var headEnd = 0
        var sent = 0
        var tag: UInt64?
        var deadline = MonotonicInstant(nanoseconds: 0)
        let openedAt: MonotonicInstant
        var idleSince: MonotonicInstant
        var reader: HTTPResponseReader
        var isClosed = false

        init(link: CurlConnection, at now: MonotonicInstant, bodyLimit: Int) {
            self.link = link
            openedAt = now
            idleSince = now
            reader = HTTPResponseReader(bodyLimit: bodyLimit)
        }
    }

    private struct Waiter {
        let tag: UInt64
        let request: [UInt8]
        let headEnd: Int
        let deadline: MonotonicInstant
    }

    private let loop: EventLoop
    private let connector: Connector
    private let limits: Limits
    private var idle: [Connection] = []
    private var busy: [ObjectIdentifier: Connection] = [:]
    private var waiters: [Waiter] = []
    private var firstWaiter = 0
    private var opening = 0
    private var failures = 0
    private var connectNotBefore = MonotonicInstant(nanoseconds: 0)
    private var isSweeping = false
    private var isStopped = false
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)

    /// Asked just before the first byte.
    var mayBegin: (UInt64) -> Bool = { _ in true }
    var ended: (UInt64, ExchangeResult, borrowing HTTPResponseReader) -> Void = { _, _, _ in }

    init(loop: EventLoop, connector: Connector, limits: Limits) {
        self.loop = loop
        self.connector = connector
        self.limits = limits
    }

    deinit { buffer.deallocate() }

    var connectionCount: Int { idle.count + busy.count }

    /// Starts an exchange. `build` appends the request and returns the length of its head.
    func execute(tag: UInt64, _ build: (inout [UInt8]) -> Int) {
        let deadline = loop.now + limits.requestTimeout
        sweepLater()
        while let connection = idle.popLast() {
            guard isUsable(connection) else {
                close(connection)
                continue
            }
            connection.output.removeAll(keepingCapacity: true)
            connection.headEnd = build(&connection.output)
            start(connection, tag: tag, deadline: deadline)
            return
        }
        var request: [UInt8] = []
        request.reserveCapacity(512)
        let headEnd = build(&request)
        waiters.append(Waiter(tag: tag, request: request, headEnd: headEnd, deadline: deadline))
        openIfNeeded()
    }

    /// Answers everything that is under way, and closes all.
    func stop() {
        isStopped = true
        failWaiters("the client is shutting down")
        for connection in busy.values { fail(connection, "the client is shutting down") }
        for connection in idle { close(connection) }
        idle = []
        connector.stop()
    }

    // MARK: Connections

    private var waiterCount: Int { waiters.count - firstWaiter }

    private func openIfNeeded() {
        guard !isStopped, waiterCount > 0 else { return }
        // A host that fails is asked by one connect at a time, after a pause.
        if failures > 0 {
            guard opening == 0 else { return }
            guard loop.now >= connectNotBefore else {
                if connectionCount == 0 { failWaiters("connecting failed a moment ago") }
                return
            }
            open()
            return
        }
        while opening < waiterCount, connectionCount + opening < limits.connections { open() }
    }

    private func open() {
        opening += 1
        let inbox = PoolReference(self)
        let loop = loop
        connector.connect { result in loop.execute { inbox.pool?.opened(result) } }
    }

    private func opened(_ result: Result<CurlConnection, ConnectError>) {
        opening -= 1
        guard !isStopped else { return }
        switch result {
        case .failure(let error):
            failures += 1
            let delay = Duration.milliseconds(min(5_000, 100 << min(failures - 1, 6)))
            connectNotBefore = loop.now + delay
            if connectionCount == 0, opening == 0 { failWaiters(error.sentence) }
        case .success(let link):
            failures = 0
            let connection = Connection(link: link, at: loop.now, bodyLimit: limits.body)
            do throws(EventLoopError) {
                connection.registration = try loop.register(fd: link.socket) { [unowned self, unowned connection] readiness in
                    self.ready(connection, readiness)
                }
            } catch {
                failWaiters(error.description)
                return
            }
            release(connection)
        }
        openIfNeeded()
    }

    /// The look before a request is written: the server may have closed meanwhile.
    private func isUsable(_ connection: Connection) -> Bool {
        guard !connection.isClosed, loop.now - connection.openedAt < limits.age, loop.now - connection.idleSince < limits.idle else { return false }
        return connection.link.isQuiet || survivesBytes(connection)
    }

    /// A TLS 1.3 server sends tickets at any time: they are readable and no part of an answer.
    private func survivesBytes(_ connection: Connection) -> Bool {
        connection.link.isSecure && connection.link.receive(into: buffer) == .wouldBlock
    }

    private func close(_ connection: Connection) {
        guard !connection.isClosed else { return }
        connection.isClosed = true
        if let registration = connection.registration { loop.deregister(registration) }
        connection.registration = nil
    }

    // MARK: Exchanges

    private func start(_ connection: Connection, tag: UInt64, deadline: MonotonicInstant) {
        connection.tag = tag
        connection.deadline = deadline
        connection.sent = 0
        connection.reader.begin()
        busy[ObjectIdentifier(connection)] = connection
        guard mayBegin(tag) else {
            finish(connection, .notBegun, isReusable: true)
            return
        }
        write(connection)
    }

    private func write(_ connection: Connection) {
        while connection.sent < connection.output.count {
            let result = connection.output.withUnsafeBytes { connection.link.send(UnsafeRawBufferPointer(rebasing: $0[connection.sent...])) }
            switch result {
            case .moved(let count): connection.sent += count
            case .wouldBlock: return
            case .ended: return fail(connection, "the connection ended")
            case .failed(let sentence): return fail(connection, sentence)
            }
        }
    }

    private func ready(_ connection: Connection, _ readiness: EventLoop.Readiness) {
        guard connection.tag != nil else {
            guard readiness.contains(.closed) || readiness.contains(.readable) else { return }
            if readiness.contains(.closed) || !(connection.link.isQuiet || survivesBytes(connection)) {
                idle.removeAll { $0 === connection }
                close(connection)
            }
            return
        }
        if readiness.contains(.writable), connection.sent < connection.output.count {
            write(connection)
            guard connection.tag != nil else { return }
        }
        if readiness.contains(.readable) || readiness.contains(.closed) { read(connection) }
    }

    private func read(_ connection: Connection) {
        while connection.tag != nil {
            switch connection.link.receive(into: buffer) {
            case .wouldBlock: return
            case .moved(let count):
                let progress = connection.reader.feed(UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
                if conclude(connection, progress) { return }
            case .ended:
                if conclude(connection, connection.reader.end()) { return }
            case .failed(let sentence):
                // A reset behind a whole close-delimited body is still a failure: its end was not seen.
                return fail(connection, sentence)
            }
        }
    }

    private func conclude(_ connection: Connection, _ progress: HTTPResponseReader.Progress) -> Bool {
        switch progress {
        case .needsMore: return false
        case .complete:
            // An answer before the request was written whole: the connection is out of step, the answer counts.
            finish(connection, .answered, isReusable: connection.reader.isReusable && connection.sent == connection.output.count)
        case .failed(let sentence): fail(connection, sentence)
        }
        return true
    }

    private func fail(_ connection: Connection, _ sentence: String) {
        let hasLeft = connection.sent > 0 && connection.sent >= connection.headEnd
        finish(connection, hasLeft || connection.reader.hasBegun ? .unknown(sentence) : .notSent(sentence), isReusable: false)
    }

    private func finish(_ connection: Connection, _ result: ExchangeResult, isReusable: Bool) {
        guard let tag = connection.tag else { return }
        connection.tag = nil
        busy[ObjectIdentifier(connection)] = nil
        if !isReusable { close(connection) }
        ended(tag, result, connection.reader)
        guard !connection.isClosed, !isStopped else { return openIfNeeded() }
        release(connection)
    }

    private func release(_ connection: Connection) {
        connection.idleSince = loop.now
        while firstWaiter < waiters.count {
            let waiter = waiters[firstWaiter]
            firstWaiter += 1
            if firstWaiter == waiters.count {
                waiters.removeAll(keepingCapacity: true)
                firstWaiter = 0
            }
            guard loop.now - connection.openedAt < limits.age else {
                waiters.insert(waiter, at: firstWaiter)
                close(connection)
                return openIfNeeded()
            }
            connection.output.removeAll(keepingCapacity: true)
            connection.output.append(contentsOf: waiter.request)
            connection.headEnd = waiter.headEnd
            return start(connection, tag: waiter.tag, deadline: waiter.deadline)
        }
        idle.append(connection)
    }

    private func failWaiters(_ sentence: String) {
        let failed = waiters[firstWaiter...]
        waiters = []
        firstWaiter = 0
        let reader = HTTPResponseReader()
        for waiter in failed { ended(waiter.tag, .notSent(sentence), reader) }
    }

    // MARK: Deadlines

    /// One timer for all: deadlines are kept to a tenth of the timeout, 250 ms at most.
    private func sweepLater() {
        guard !isSweeping else { return }
        isSweeping = true
        let pause = min(Duration.milliseconds(250), limits.requestTimeout / 10)
        loop.schedule(after: pause) { [weak self] in self?.sweep() }
    }

    private func sweep() {
        isSweeping = false
        let now = loop.now
        for connection in busy.values where connection.deadline <= now { fail(connection, "no answer within the request timeout") }
        if waiterCount > 0 {
            let late = waiters[firstWaiter...].filter { $0.deadline <= now }
            if !late.isEmpty {
                waiters = waiters[firstWaiter...].filter { $0.deadline > now }
                firstWaiter = 0
                let reader = HTTPResponseReader()
                for waiter in late { ended(waiter.tag, .notSent("no connection within the request timeout"), reader) }
            }
        }
        let stale = idle.filter { now - $0.idleSince >= limits.idle || now - $0.openedAt >= limits.age }
        if !stale.isEmpty {
            idle.removeAll { now - $0.idleSince >= limits.idle || now - $0.openedAt >= limits.age }
            for connection in stale { close(connection) }
        }
        openIfNeeded()
        if !busy.isEmpty || waiterCount > 0 || !idle.isEmpty { sweepLater() }
    }
}

/// Names the pool from a connecting thread without keeping it alive.
///
/// `@unchecked Sendable`: the reference is followed on the loop only.
private final class PoolReference: @unchecked Sendable {
    weak var pool: ConnectionPool?

    init(_ pool: ConnectionPool) { self.pool = pool }
}
