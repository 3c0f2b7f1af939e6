internal import EventLoop
internal import Glibc
internal import HTTPServer
internal import SMPP

/// The message centre's sockets, plain TCP, on a thread of their own: what comes is told by `event`, what is to be done comes by `perform`.
/// It decides nothing.
///
/// `@unchecked Sendable`: all that changes is touched on the loop's thread only.
final class CentreListener: @unchecked Sendable {
    enum Event: Sendable {
        case opened(Int)
        /// To be worked off, then `perform(_:handled:)` with the same number: nothing more is read before.
        case received(Int, [PDUDecoder.Item])
        case closed(Int)
    }

    static let maximumConnections = 1_000

    let port: Int
    private let loop: EventLoop
    private let listener: CInt
    private let event: @Sendable (Event) -> Void
    private var connections: [Int: CentreConnection] = [:]
    private var lastNumber = 0
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

    /// Listens from now on.
    ///
    /// - Parameter event: called on the loop's thread.
    /// - Throws: `HTTPServerError` with a sentence that names host and port, `EventLoopError` without a thread.
    init(host: String, port: Int, event: @escaping @Sendable (Event) -> Void) throws {
        let socket = try ListeningSocket(host: host, port: port)
        try socket.listen(host: host)
        loop = try EventLoop(name: "rocketsms-smsc")
        self.port = socket.port
        self.event = event
        listener = socket.release()
        loop.execute { [self] in
            _ = try? loop.register(fd: listener) { [weak self] _ in self?.accept() }
            accept()
        }
    }

    deinit { scratch.deallocate() }

    /// Closes all connections; returns when the thread has ended.
    func stop() {
        loop.execute { [self] in
            for number in connections.keys.sorted() { close(number) }
            Glibc.close(listener)
        }
        loop.stop()
    }

    /// - Parameter handled: the connection of which what was read is worked off.
    func perform(_ actions: [MessageCentreAction], handled: Int? = nil) {
        loop.execute { [self] in
            for action in actions { perform(action) }
            for number in Set(actions.map(\.link)) { flush(number) }
            guard let handled, let connection = connections[handled] else { return }
            connection.isBusy = false
            read(handled)
        }
    }

    // MARK: On the loop

    private func accept() {
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            var on: CInt = 1
            setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
            let connection = CentreConnection(descriptor)
            let number = lastNumber + 1
            guard connections.count < Self.maximumConnections,
                let registration = try? loop.register(fd: descriptor, { [weak self] in self?.ready(number, $0) })
            else {
                Glibc.close(descriptor)
                continue
            }
            lastNumber = number
            connection.registration = registration
            connections[number] = connection
            event(.opened(number))
            read(number)
        }
    }

    private func ready(_ number: Int, _ readiness: EventLoop.Readiness) {
        guard let connection = connections[number] else { return }
        if readiness.contains(.readable) || readiness.contains(.closed) { connection.mayRead = true }
        if readiness.contains(.writable) { flush(number) }
        read(number)
    }

    private func read(_ number: Int) {
        guard let connection = connections[number], connection.mayRead, !connection.isBusy else { return }
        var items: [PDUDecoder.Item] = []
        while items.isEmpty {
            switch connection.read(into: scratch, { items.append($0) }) {
            case .moved: continue
            case .waits:
                connection.mayRead = false
                return
            case .ended:
                close(number)
                return event(.closed(number))
            }
        }
        connection.isBusy = true
        event(.received(number, items))
    }

    private func perform(_ action: MessageCentreAction) {
        guard let connection = connections[action.link] else { return }
        switch action {
        case .write(let pdu, let number):
            guard !connection.append(pdu) else { return }
            close(number)
            event(.closed(number))
        case .cut(let pdu, let number):
            _ = connection.append(pdu, half: true)
            close(number)
        case .close(let number): close(number)
        }
    }

    private func flush(_ number: Int) {
        guard let connection = connections[number], !connection.flush() else { return }
        close(number)
        event(.closed(number))
    }

    /// What waits to be written is written, as much as the socket takes.
    private func close(_ number: Int) {
        guard let connection = connections.removeValue(forKey: number) else { return }
        _ = connection.flush()
        if let registration = connection.registration { loop.deregister(registration) }
        // Octets that nobody has read make the kernel reset a closed connection, and what was written last may be lost by it.
        shutdown(connection.descriptor, CInt(SHUT_WR))
        for _ in 0..<16 where recv(connection.descriptor, scratch.baseAddress, scratch.count, 0) <= 0 { break }
        Glibc.close(connection.descriptor)
    }
}
