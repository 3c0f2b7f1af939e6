internal import CMicrohttpd
internal import EventLoop
internal import Glibc

/// From a request's first line to its answer: what libmicrohttpd reports of a connection, and what is done about it.
extension ServerLoop {
    func requestBegins(_ connection: Connection, uri: UnsafePointer<CChar>) {
        var query = UnsafeRawBufferPointer(start: nil, count: 0)
        if let mark = strchr(uri, CInt(UInt8(ascii: "?"))) { query = UnsafeRawBufferPointer(start: mark + 1, count: strlen(mark + 1)) }
        connection.beginRequest(query: query)
    }

    func receive(_ bytes: UnsafeRawBufferPointer, _ connection: Connection) {
        if connection.body.count + bytes.count > configuration.maximumBodyBytes {
            connection.excess += bytes.count
        } else {
            connection.body.append(contentsOf: bytes)
        }
    }

    func requestEnds(_ connection: Connection) { connection.endRequest(now: now) }

    /// The head is there, or the whole request, or the time of a suspended one has come.
    ///
    /// - Returns: false to have the connection closed.
    func proceed(_ connection: Connection, url: UnsafePointer<CChar>, method: UnsafePointer<CChar>) -> Bool {
        switch connection.phase {
        case .receiving where !connection.hasHead:
            connection.hasHead = true
            return !hasTooLong(connection) || perform(.respond(ServerLoop.tooLarge), connection)
        case .receiving:
            if connection.excess > 0 { return perform(.respond(ServerLoop.tooLarge), connection) }
            return perform(handle(connection, url: url, method: method), connection)
        case .answered:
            let action = connection.pending ?? .fault(.drop)
            connection.pending = nil
            return perform(action, connection)
        case .idle, .waiting, .sending, .trickling, .streaming: return false
        }
    }

    /// Does what was decided on for a suspended request, unless that has gone.
    func answer(slot: Int, generation: UInt64, _ action: HTTPAction) {
        guard let connection = connections[slot], connection.generation == generation, connection.phase == .waiting else { return }
        connection.pending = action
        resume(connection)
    }

    private static let tooManyStreams = HTTPResponse.text("as many follow this as may, try again later\n", status: 503)
    private static let tooLarge = HTTPResponse.text("the body is too large\n", status: 413)

    private func hasTooLong(_ connection: Connection) -> Bool {
        var count = 0
        guard let value = rs_mhd_header(connection.handle, "Content-Length", 14, &count) else { return false }
        return strtoull(value, nil, 10) > UInt64(configuration.maximumBodyBytes)
    }

    private func handle(_ connection: Connection, url: UnsafePointer<CChar>, method: UnsafePointer<CChar>) -> HTTPAction {
        connection.query.withUnsafeBytes { query in
            connection.body.withUnsafeBytes { body in
                handler(
                    HTTPRequest(
                        method: HTTPMethod(method), path: HTTPText(UnsafeRawBufferPointer(start: url, count: strlen(url))),
                        query: HTTPText(query), body: body,
                        exchange: HTTPExchange(loop: self, slot: connection.slot, generation: connection.generation),
                        connection: connection.handle))
            }
        }
    }

    private func perform(_ action: HTTPAction, _ connection: Connection) -> Bool {
        switch action {
        case .respond(let response):
            connection.phase = .sending
            return queue(response, ServerLoop.makeResponse(response), connection)
        case .suspend where isEnding, .after where isEnding: return false
        case .suspend:
            connection.phase = .waiting
            suspend(connection, for: nil)
            return true
        case .after(let delay, let action):
            connection.phase = .waiting
            connection.pending = action
            suspend(connection, for: delay)
            return true
        case .stream(let response): return stream(response, connection)
        case .fault(let fault): return perform(fault, connection)
        }
    }

    private func perform(_ fault: HTTPFault, _ connection: Connection) -> Bool {
        switch fault {
        case .drop: return false
        case .reset:
            var unspecified = sockaddr()
            unspecified.sa_family = sa_family_t(AF_UNSPEC)
            _ = connect(connection.socket, &unspecified, socklen_t(MemoryLayout<sockaddr>.size))
            return false
        case .hang(let limit): return perform(.after(limit, .fault(.drop)), connection)
        case .garbage(let bytes):
            _ = bytes.withUnsafeBytes { send(connection.socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            return false
        case .truncate(let response, let count):
            connection.phase = .sending
            let body = PacedBody(bytes: response.body, pace: .cut(after: count), loop: self, connection: connection)
            return queue(response, PacedBody.makeResponse(body), connection)
        case .trickle(let response, let size, let interval):
            connection.phase = .trickling
            let body = PacedBody(bytes: response.body, pace: .pieces(of: size, pause: interval), loop: self, connection: connection)
            return queue(response, PacedBody.makeResponse(body), connection)
        }
    }

    private func stream(_ response: HTTPResponse, _ connection: Connection) -> Bool {
        guard !isEnding, openStreams < configuration.maximumStreams else {
            return perform(.respond(ServerLoop.tooManyStreams), connection)
        }
        connection.phase = .streaming
        var size = CInt(clamping: configuration.streamBuffer)
        setsockopt(connection.socket, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        let body = StreamBody(first: response.body, loop: self, connection: connection)
        connection.stream = body
        return queue(response, StreamBody.makeResponse(body), connection)
    }

    // MARK: Answers without an end

    var openStreams: Int { connections.count { $0?.phase == .streaming } }

    func publish(_ piece: [UInt8]) {
        for case let connection? in connections where connection.phase == .streaming {
            connection.stream?.offer(piece)
            if connection.isSuspended { resume(connection) }
        }
    }

    func endStreams() {
        for case let connection? in connections where connection.phase == .streaming { drop(connection) }
    }

    private static func makeResponse(_ response: HTTPResponse) -> OpaquePointer? {
        response.body.withUnsafeBytes { rs_mhd_response($0.baseAddress, $0.count) }
    }

    private func queue(_ response: HTTPResponse, _ made: OpaquePointer?, _ connection: Connection) -> Bool {
        guard let made else { return false }
        defer { MHD_destroy_response(made) }
        if !response.contentType.isEmpty { MHD_add_response_header(made, "Content-Type", response.contentType) }
        for header in response.headers { MHD_add_response_header(made, header.name, header.value) }
        connection.since = now
        return MHD_queue_response(connection.handle, UInt32(clamping: response.status), made) == rs_MHD_YES
    }
}
