internal import EventLoop
internal import Glibc

/// Opens connections on threads of its own, so that the loop never waits for a name, a proxy or a handshake, and closes
/// them on another. A connect that hangs keeps one thread busy, the others go on.
///
/// Lives on the loop.
final class Connector {
    /// Called on the loop with what a connect came to; after `close` no more.
    var ended: (Result<Transport, ConnectFailure>) -> Void = { _ in }

    private let loop: EventLoop
    private let settings: ConnectSettings
    private let threads: [WorkThread]
    private var freeThreads: [Int]
    private let closing: WorkThread
    private var isClosed = false

    /// - Parameter threads: connects that may be under way at once.
    init(loop: EventLoop, settings: ConnectSettings, threads count: Int) throws(EventLoopError) {
        // libcurl leaves SIGPIPE to the program (CURLOPT_NOSIGNAL), and TLS may write to a connection that is gone.
        signal(SIGPIPE, SIG_IGN)
        self.loop = loop
        self.settings = settings
        closing = try WorkThread(name: "http-close")
        var threads: [WorkThread] = []
        do {
            for number in 0..<count { threads.append(try WorkThread(name: "http-connect-\(number)")) }
        } catch {
            for thread in threads { thread.abandon() }
            closing.abandon()
            throw error
        }
        self.threads = threads
        freeThreads = Array(threads.indices)
    }

    deinit { close() }

    /// Connects that may begin now.
    var capacity: Int { isClosed ? 0 : freeThreads.count }

    /// Begins a connect, which ends in `ended`. There must be capacity.
    func connect() {
        guard !isClosed, let index = freeThreads.popLast() else {
            preconditionFailure("a connect needs a free connecting thread")
        }
        let connector = LoopBound(value: self)
        threads[index].submit { [loop, settings] in
            let result = Transport.open(settings)
            loop.execute { connector.value.finished(index, result) }
        }
    }

    /// Closes a connection that the loop no longer watches, elsewhere and a little later.
    func dispose(_ transport: Transport) {
        if isClosed { transport.close() } else { closing.submit { transport.close() } }
    }

    /// Ends the threads. What connects now is closed again when it is done.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        ended = { _ in }
        for thread in threads { thread.abandon() }
        closing.abandon()
    }

    private func finished(_ index: Int, _ result: Result<Transport, ConnectFailure>) {
        guard !isClosed else {
            if case .success(let transport) = result { transport.close() }
            return
        }
        freeThreads.append(index)
        ended(result)
    }
}
