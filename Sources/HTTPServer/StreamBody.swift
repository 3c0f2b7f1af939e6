internal import CMicrohttpd

/// A body without an end: pieces that come when somebody publishes them. It keeps the piece that the client is taking and one more, the
/// newest; libmicrohttpd asks for it as the client takes it.
final class StreamBody {
    private var piece: [UInt8]
    private var taken = 0
    private var next: [UInt8]?
    private unowned let loop: ServerLoop
    private unowned let connection: Connection

    init(first: [UInt8], loop: ServerLoop, connection: Connection) {
        piece = first
        self.loop = loop
        self.connection = connection
    }

    /// The next piece, in the place of one that has not been begun.
    func offer(_ piece: [UInt8]) {
        // Its time to take it begins, where it waited for one.
        if connection.isSuspended { connection.since = loop.now }
        next = piece
    }

    /// A response of libmicrohttpd's that owns the body.
    static func makeResponse(_ body: StreamBody) -> OpaquePointer? {
        let context = Unmanaged.passRetained(body).toOpaque()
        let response = MHD_create_response_from_callback(
            rs_MHD_SIZE_UNKNOWN, 8 << 10, { context, _, buffer, size in StreamBody.read(context, buffer, size) }, context,
            { context in StreamBody.release(context) })
        if response == nil { release(context) }
        return response
    }

    private static func release(_ context: UnsafeMutableRawPointer?) {
        if let context { Unmanaged<StreamBody>.fromOpaque(context).release() }
    }

    private static func read(_ context: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int) -> Int {
        guard let context, let buffer else { return rs_MHD_END_WITH_ERROR }
        let body = Unmanaged<StreamBody>.fromOpaque(context).takeUnretainedValue()
        return body.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size))
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        if taken == piece.count, let next {
            piece = next
            taken = 0
            self.next = nil
        }
        let count = min(buffer.count, piece.count - taken)
        guard count > 0 else { return loop.pause(connection, for: nil) ? 0 : rs_MHD_END_OF_STREAM }
        piece.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[taken..<taken + count])) }
        taken += count
        connection.since = loop.now
        return count
    }
}
