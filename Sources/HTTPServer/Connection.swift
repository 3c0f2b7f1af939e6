internal import EventLoop
internal import Time

/// One client's connection and the request that is under way on it, if any. Touched on the server's thread only.
final class Connection {
    enum Phase {
        /// Between two requests.
        case idle
        /// The request line is there, the rest is coming.
        case receiving
        /// Suspended: somebody, or a timer, will call `ServerLoop.answer`.
        case waiting
        /// An action is decided on, libmicrohttpd has not yet asked for it.
        case answered
        /// The answer is on its way.
        case sending
        /// The answer is on its way, in pieces: suspended between two of them, at times.
        case trickling
        /// The answer has no end: suspended while there is no piece to send.
        case streaming
    }

    let slot: Int
    let handle: OpaquePointer
    let socket: CInt
    /// The client's, without the port.
    let address: PeerAddress
    /// Its socket is shut down: libmicrohttpd will say that it has closed.
    var isLeaving = false
    /// Counts the requests of the slot, so that a late answer never meets another request.
    var generation: UInt64
    var phase = Phase.idle
    /// The head has been looked at; libmicrohttpd reports its end by a call that carries nothing else.
    var hasHead = false
    var isSuspended = false
    /// When the connection opened, or its last answer ended, or this one began.
    var since: MonotonicInstant
    var query: [UInt8] = []
    var body: [UInt8] = []
    /// Bytes of a body beyond the limit, read and thrown away.
    var excess = 0
    var pending: HTTPAction?
    /// The body of an answer without an end.
    var stream: StreamBody?

    init(slot: Int, generation: UInt64, handle: OpaquePointer, socket: CInt, address: PeerAddress, since: MonotonicInstant) {
        self.slot = slot
        self.generation = generation
        self.handle = handle
        self.socket = socket
        self.address = address
        self.since = since
    }

    func beginRequest(query raw: UnsafeRawBufferPointer) {
        phase = .receiving
        hasHead = false
        query.removeAll(keepingCapacity: true)
        query.append(contentsOf: raw)
    }

    /// Room that one large request took is given back.
    func endRequest(now: MonotonicInstant) {
        phase = .idle
        since = now
        generation += 1
        pending = nil
        stream = nil
        excess = 0
        body.removeAll(keepingCapacity: body.capacity <= 16 << 10)
    }
}
