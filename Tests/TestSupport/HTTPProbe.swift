internal import EventLoop
internal import Glibc

/// One TCP connection of a client that speaks HTTP by hand, so that a test sees what a server really does to it: answers, closes, resets.
/// Its calls run on a thread of its own.
package final class HTTPProbe: Sendable {
    /// What came of a request.
    package enum Outcome: Sendable, Equatable {
        case reply(HTTPProbeReply)
        /// The server closed before its answer was whole; what had come by then.
        case closed(received: [UInt8])
        case reset(received: [UInt8])
        case timedOut(received: [UInt8])
        case refused

        /// The answer, if it was whole.
        package var reply: HTTPProbeReply? { if case .reply(let reply) = self { reply } else { nil } }
    }

    private let thread: WorkThread
    private let socket: ProbeSocket

    /// - Parameters:
    ///   - timeout: for connect and for each silence; long by itself, for a test may wait for a processor among hundreds.
    ///   - receiveBuffer: bytes that the kernel keeps of what is not read; nil: as many as it likes.
    package init(port: Int, timeout: Duration = .seconds(60), receiveBuffer: CInt? = nil) throws {
        thread = try WorkThread(name: "http-probe")
        socket = ProbeSocket(port: port, timeout: timeout, receiveBuffer: receiveBuffer)
    }

    /// Asks for an answer without an end; follow it with `read(until:)`.
    package static func stream(
        port: Int, _ target: String, headers: [String] = [], receiveBuffer: CInt? = nil
    ) async throws -> HTTPProbe {
        let probe = try HTTPProbe(port: port, receiveBuffer: receiveBuffer)
        let lines = ["GET \(target) HTTP/1.1", "Host: localhost"] + headers
        await probe.send(lines.map { $0 + "\r\n" }.joined() + "\r\n")
        return probe
    }

    deinit {
        let socket = socket
        thread.submit { socket.close() }
        thread.abandon()
    }

    /// Sends a request and waits for its answer. The connection is opened by the first one, and again after its end.
    package func request(
        _ method: String, _ target: String, headers: [String] = [], body: String = ""
    ) async -> Outcome {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n"
        for header in headers { head += "\(header)\r\n" }
        if !body.isEmpty || method == "POST" { head += "Content-Length: \(body.utf8.count)\r\n" }
        return await exchange(Array("\(head)\r\n\(body)".utf8), expectsBody: method != "HEAD")
    }

    /// Sends a form by POST.
    package func post(_ target: String, form: String) async -> Outcome {
        await request("POST", target, headers: ["Content-Type: application/x-www-form-urlencoded"], body: form)
    }

    /// Sends bytes as they are, and waits for one answer.
    package func exchange(_ bytes: [UInt8], expectsBody: Bool = true) async -> Outcome {
        await onThread { socket in
            guard socket.connect() else { return .refused }
            guard socket.send(bytes) else { return socket.receive(expectsBody: expectsBody) }
            return socket.receive(expectsBody: expectsBody)
        }
    }

    /// Sends bytes as they are and waits for nothing.
    ///
    /// - Returns: false when there is no connection to send on.
    @discardableResult
    package func send(_ bytes: String) async -> Bool {
        await onThread { socket in socket.connect() && socket.send(Array(bytes.utf8)) }
    }

    /// Waits for one answer to what was sent.
    package func receive() async -> Outcome { await onThread { $0.receive(expectsBody: true) } }

    /// Reads and drops all up to `end`.
    ///
    /// - Returns: false where the server closed, or was silent for too long, before that.
    package func read(until end: String) async -> Bool { await onThread { $0.read(until: Array(end.utf8)) } }

    package var isOpen: Bool { get async { await onThread { $0.isOpen } } }

    /// Closes the connection and waits until that is done.
    package func close() async { await onThread { $0.close() } }

    private func onThread<Value: Sendable>(_ body: @escaping @Sendable (ProbeSocket) -> Value) async -> Value {
        let socket = socket
        return await withCheckedContinuation { continuation in
            thread.submit { continuation.resume(returning: body(socket)) }
        }
    }

    /// One request on a connection of its own.
    package static func request(
        port: Int, _ method: String, _ target: String, headers: [String] = [], body: String = ""
    ) async throws -> Outcome {
        try await HTTPProbe(port: port).request(method, target, headers: headers + ["Connection: close"], body: body)
    }
}
