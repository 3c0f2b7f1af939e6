internal import CMicrohttpd

/// Owns libmicrohttpd's daemon, which works only while `run` is called. Its end closes the listening socket and all connections;
/// no connection may be suspended then.
struct Daemon: ~Copyable {
    private let handle: OpaquePointer
    /// Readable when `run` has something to do.
    let descriptor: CInt

    /// - Parameters:
    ///   - socket: listens already; the daemon closes it.
    ///   - loop: gets the callbacks; outlives the daemon.
    init?(socket: consuming ListeningSocket, configuration: HTTPServerConfiguration, loop: ServerLoop) {
        var options = rs_mhd_configuration()
        options.listening_socket = socket.release()
        // Where one makes room, libmicrohttpd holds the new one beside the old one for a moment.
        options.connection_limit = UInt32(clamping: configuration.maximumConnections * (configuration.makesRoom ? 2 : 1))
        // A request line and headers within the limit leave room for the answer's.
        options.connection_memory = configuration.maximumHeadBytes + (2 << 10)
        options.context = Unmanaged.passUnretained(loop).toOpaque()
        options.access = { context, connection, url, method, _, upload, size, request in
            Daemon.access(context, connection, url, method, upload, size, request)
        }
        options.uri = { context, uri, connection in Daemon.requestBegins(context, uri, connection) }
        options.completed = { context, _, request, _ in Daemon.requestEnds(context, request) }
        options.connection = { context, connection, place, code in
            Daemon.connectionChanges(context, connection, place, hasStarted: code == rs_MHD_CONNECTION_STARTED)
        }
        // On failure the socket may or may not be closed; as nobody else holds it, it is left to the process's end.
        let started =
            if let tls = configuration.tls { rs_mhd_start_tls(&options, tls.certificate, tls.key) } else { rs_mhd_start(&options) }
        guard let handle = started else { return nil }
        self.handle = handle
        descriptor = rs_mhd_epoll_descriptor(handle)
    }

    deinit { MHD_stop_daemon(handle) }

    /// Serves what is ready, without waiting.
    func run() { _ = MHD_run(handle) }

    /// Milliseconds after which `run` wants a call without an event; -1: none.
    var timeout: CInt { rs_mhd_timeout(handle) }

    // MARK: Callbacks, all from within `run` and `deinit`

    private static func loop(_ context: UnsafeMutableRawPointer?) -> ServerLoop? {
        guard let context else { return nil }
        return Unmanaged<ServerLoop>.fromOpaque(context).takeUnretainedValue()
    }

    private static func connection(_ pointer: UnsafeMutableRawPointer?) -> Connection? {
        guard let pointer else { return nil }
        return Unmanaged<Connection>.fromOpaque(pointer).takeUnretainedValue()
    }

    private static func access(
        _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?, _ url: UnsafePointer<CChar>?, _ method: UnsafePointer<CChar>?,
        _ upload: UnsafePointer<CChar>?, _ size: UnsafeMutablePointer<Int>?,
        _ request: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> MHD_Result {
        guard let loop = loop(context), let connection = connection(request?.pointee), let url, let method, let size else {
            return rs_MHD_NO
        }
        if size.pointee > 0 {
            loop.receive(UnsafeRawBufferPointer(start: upload, count: size.pointee), connection)
            size.pointee = 0
            return connection.excess > loop.configuration.maximumBodyBytes ? rs_MHD_NO : rs_MHD_YES
        }
        return loop.proceed(connection, url: url, method: method) ? rs_MHD_YES : rs_MHD_NO
    }

    /// The value that it returns is the request's context from then on.
    private static func requestBegins(
        _ context: UnsafeMutableRawPointer?, _ uri: UnsafePointer<CChar>?, _ handle: OpaquePointer?
    ) -> UnsafeMutableRawPointer? {
        let pointer = rs_mhd_socket_context(handle)
        if let connection = connection(pointer), let uri { loop(context)?.requestBegins(connection, uri: uri) }
        return pointer
    }

    private static func requestEnds(_ context: UnsafeMutableRawPointer?, _ request: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) {
        if let loop = loop(context), let connection = connection(request?.pointee) { loop.requestEnds(connection) }
        request?.pointee = nil
    }

    private static func connectionChanges(
        _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?, _ place: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
        hasStarted: Bool
    ) {
        guard let loop = loop(context), let handle, let place else { return }
        if hasStarted {
            // The loop's table retains it until the connection has closed.
            place.pointee = Unmanaged.passUnretained(loop.open(handle, socket: rs_mhd_socket(handle))).toOpaque()
        } else if let connection = connection(place.pointee) {
            place.pointee = nil
            loop.closed(connection)
        }
    }
}
