/// Bounds of one answer, in bytes.
struct HTTPResponseLimits: Equatable, Sendable {
    /// Status line, headers and trailers, those of interim (1xx) answers included.
    var head = 16 << 10
    var body = 256 << 10
    /// The line before each chunk, extensions included.
    static let chunkLine = 256
}
