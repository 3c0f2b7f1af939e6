internal import CMicrohttpd

/// A body that is sent in part, or in pieces with pauses; libmicrohttpd asks for it as the client takes it.
final class PacedBody {
    enum Pace {
        /// An error, which closes the connection, after so many bytes.
        case cut(after: Int)
        /// A pause between two pieces.
        case pieces(of: Int, pause: Duration)
    }

    private let bytes: [UInt8]
    private let pace: Pace
    private unowned let loop: ServerLoop
    private unowned let connection: Connection
    private var hasPaused = true

    init(bytes: [UInt8], pace: Pace, loop: ServerLoop, connection: Connection) {
        self.bytes = bytes
        self.pace = pace
        self.loop = loop
        self.connection = connection
    }

    /// A response of libmicrohttpd's that owns the body.
    static func makeResponse(_ body: PacedBody) -> OpaquePointer? {
        let context = Unmanaged.passRetained(body).toOpaque()
        let response = MHD_create_response_from_callback(
            UInt64(body.bytes.count), 1_024,
            { context, position, buffer, size in PacedBody.read(context, position, buffer, size) }, context,
            { context in PacedBody.release(context) })
        if response == nil { release(context) }
        return response
    }

    private static func release(_ context: UnsafeMutableRawPointer?) {
        if let context { Unmanaged<PacedBody>.fromOpaque(context).release() }
    }

    private static func read(
        _ context: UnsafeMutableRawPointer?, _ position: UInt64, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int
    ) -> Int {
        guard let context, let buffer else { return rs_MHD_END_WITH_ERROR }
        let body = Unmanaged<PacedBody>.fromOpaque(context).takeUnretainedValue()
        return body.read(at: Int(position), into: UnsafeMutableRawBufferPointer(start: buffer, count: size))
    }

    private func read(at position: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var count = min(buffer.count, bytes.count - position)
        switch pace {
        case .cut(let limit):
            count = min(count, limit - position)
            if count <= 0 { return rs_MHD_END_WITH_ERROR }
        case .pieces(let size, let pause):
            guard hasPaused || position == 0 else {
                hasPaused = true
                return loop.pause(connection, for: pause) ? 0 : rs_MHD_END_WITH_ERROR
            }
            hasPaused = false
            count = min(count, max(1, size))
        }
        bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<position + count])) }
        return count
    }
}
