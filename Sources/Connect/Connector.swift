package import EventLoop
internal import Glibc

/// Opens connections on threads of its own, so that the loop never waits for a name, a proxy or a handshake, and closes
/// them on another. A connect that hangs keeps one thread busy, the others go on.
///
/// Lives on the loop.
package final class Connector {
    /// Called on the loop with what a connect came to; after `close` no more.
    package var ended: (Result<Transport, ConnectFailure>) -> Void = { _ in }

    private let loop: EventLoop
    private let settings: ConnectSettings
    /// Nil where libcurl has no memory for it.
    private let share: ConnectShare?
    private let maximumThreads: Int
    /// Made when they are needed; as many as connects were ever under way at once.
    private var threads: [WorkThread]
    private var freeThreads: [Int]
    private let closing: WorkThread
    private var isClosed = false

    /// - Parameter maximumThreads: connects that may be under way at once.
    package init(loop: EventLoop, settings: ConnectSettings, maximumThreads: Int) throws(EventLoopError) {
        // libcurl leaves SIGPIPE to the program (CURLOPT_NOSIGNAL), and TLS may write to a connection that is gone.
        signal(SIGPIPE, SIG_IGN)
        self.loop = loop
        self.settings = settings
        self.maximumThreads = maximumThreads
        share = CurlHandle() == nil ? nil : ConnectShare(authorities: settings.certificateAuthorities)
        closing = try WorkThread(name: "\(settings.purpose)-close")
        do {
            threads = [try WorkThread(name: "\(settings.purpose)-connect-0")]
        } catch {
            closing.abandon()
            throw error
        }
        freeThreads = [0]
    }

    deinit { close() }

    /// Connects that may begin now.
    package var capacity: Int { isClosed ? 0 : freeThreads.count + maximumThreads - threads.count }

    /// Begins a connect, which ends in `ended`. There must be capacity.
    ///
    /// - Returns: false where the system gives no thread for it and none is free.
    package func connect() -> Bool {
        guard !isClosed, capacity > 0 else { preconditionFailure("a connect needs a free connecting thread") }
        guard let index = freeThreads.popLast() ?? newThread() else { return false }
        let connector = LoopBound(value: self)
        threads[index].submit { [loop, settings, share] in
            let result = Transport.open(settings, sharing: share)
            loop.execute { connector.value.finished(index, result) }
        }
        return true
    }

    /// Nil where the system gives none: the first is always there, and connects wait for it.
    private func newThread() -> Int? {
        guard let thread = try? WorkThread(name: "\(settings.purpose)-connect-\(threads.count)") else { return nil }
        threads.append(thread)
        return threads.count - 1
    }

    /// Closes a connection that the loop no longer watches, elsewhere and a little later.
    package func dispose(_ transport: Transport) {
        if isClosed { transport.close() } else { closing.submit { transport.close() } }
    }

    /// Ends the threads. What connects now is closed again when it is done.
    package func close() {
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
