internal import EventLoop
internal import Synchronization

/// An HTTP/1.1 server on one thread: connections, handler, timers and `execute` all run there, so what only they touch needs no lock.
///
///     let server = try HTTPServer(HTTPServerConfiguration(port: 8080)) { request in
///         switch request.path {
///         case "/livez": .respond(.text("ok\n"))
///         default: .respond(.notFound)
///         }
///     }
///     defer { server.stop() }
///
/// The thread is ours and not libmicrohttpd's (which is run from it) for the timers' and `execute`'s sake.
package final class HTTPServer: Sendable {
    /// Called on the server's thread, one request at a time; while it runs, nobody else is served.
    package typealias Handler = @Sendable (borrowing HTTPRequest) -> HTTPAction

    /// The port it listens on.
    package let port: Int

    private let loop: ServerLoop
    private let thread: WorkThread
    private let hasStopped = Atomic(false)

    /// Listens from now on.
    ///
    /// - Throws: `HTTPServerError` with a sentence that names host and port.
    package init(_ configuration: HTTPServerConfiguration, handler: @escaping Handler) throws(HTTPServerError) {
        let loop = try ServerLoop(configuration: configuration, handler: handler)
        do throws(EventLoopError) {
            thread = try WorkThread(name: configuration.threadName)
        } catch {
            loop.abandon()
            throw HTTPServerError(.noResources, "cannot start a server's thread: \(error)")
        }
        port = loop.port
        self.loop = loop
        thread.submit { loop.run() }
    }

    /// As `init(_:handler:)`, with the defaults of `HTTPServerConfiguration`.
    package convenience init(host: String, port: Int, handler: @escaping Handler) throws(HTTPServerError) {
        try self.init(HTTPServerConfiguration(host: host, port: port), handler: handler)
    }

    deinit { stop() }

    /// Ends listening, drops what is suspended, gives answers under way half a second, closes all connections; returns when the
    /// thread has ended. A second call returns at once. Not from the handler or `execute`.
    package func stop() {
        guard !hasStopped.exchange(true, ordering: .relaxed) else { return }
        loop.requestStop()
        thread.stop()
    }

    /// Runs `body` on the server's thread, between two requests, in the order of the calls from one thread.
    ///
    /// - Returns: false when the server has stopped, and `body` will never run.
    @discardableResult
    package func execute(_ body: @escaping @Sendable () -> Void) -> Bool { loop.execute(body) }

    /// Runs `body` on the server's thread after `delay`.
    package func execute(after delay: Duration, _ body: @escaping @Sendable () -> Void) {
        loop.execute { [loop] in loop.schedule(after: delay, body) }
    }

    /// Gives each answer without an end its next piece; one that has not been begun yet is replaced by it.
    package func publish(_ piece: [UInt8]) { loop.execute { [loop] in loop.publish(piece) } }

    /// Ends the answers without an end, soon; those too that begin before this has been done.
    package func endStreams() { loop.execute { [loop] in loop.endStreams() } }

    /// Answers without an end that are open. On the server's thread.
    package var openStreams: Int { loop.openStreams }

    /// Closes all connections and, as long as it is on, has connects refused by the kernel. The port stays bound, so the kernel gives
    /// it to nobody; should somebody with SO_REUSEADDR listen there, the return waits until that has ended.
    /// Takes effect on the server's thread, soon.
    package func setRefusing(_ isRefusing: Bool) { loop.execute { [loop] in loop.setRefusing(isRefusing) } }
}
