/// How far one request has got on its connection, and so what a failure of it would prove.
///
/// It knows no sockets: told what was written and read, it says what to do next.
struct ExchangeStateMachine: Equatable, Sendable {
    enum State: Equatable, Sendable {
        /// No exchange. Becomes `writing`.
        case idle
        /// `sent` bytes of the request have been taken. Becomes `reading`, `idle` (an answer came early) or `ended`.
        case writing(sent: Int)
        /// The request is out. Becomes `idle`, `looking` or `ended`.
        case reading
        /// The answer is broken or cut short, and a receipt may still come. Becomes `ended`, by what it was broken by.
        case looking(ExchangeFailure?)
        /// The connection is done with. Final.
        case ended
    }

    enum Action: Equatable, Sendable {
        /// Wait until the socket is ready.
        case wait
        /// The answer is whole. The connection may be used again, or must be closed.
        case complete(isReusable: Bool)
        /// Close the connection.
        case fail(ExchangeFailure)
    }

    /// The most that is handed over in one call: one TLS record. A refused call then proves that none of its bytes can be
    /// read at the other side, because a record is read whole or not at all.
    static let largestWrite = 16 << 10

    private(set) var state = State.idle
    private var headLength = 0
    private var length = 0

    /// - Parameters:
    ///   - headLength: bytes up to and including the empty line after the headers.
    ///   - length: bytes of head and body.
    mutating func begin(headLength: Int, length: Int) {
        precondition(state == .idle, "a connection carries one exchange at a time")
        precondition(headLength > 0 && headLength <= length, "a request has a head")
        self.headLength = headLength
        self.length = length
        state = .writing(sent: 0)
    }

    /// The bytes to hand over next; nil when none are left. The same range until `wrote`, as TLS demands of a repeated call.
    var nextWrite: Range<Int>? {
        guard case .writing(let sent) = state else { return nil }
        return sent..<min(length, sent + Self.largestWrite)
    }

    mutating func wrote(_ count: Int) {
        guard case .writing(let sent) = state else { return }
        state = sent + count >= length ? .reading : .writing(sent: sent + count)
    }

    /// Bytes came, or the end of the stream.
    ///
    /// - Parameter looksOn: whether what is broken, or whole and worth nothing, may be followed by a receipt.
    mutating func received(_ progress: HTTPResponseReader.Progress, isReusable: Bool, looksOn: Bool = false) -> Action {
        if case .looking(let failure) = state { return looksOn ? .wait : end(failure) }
        switch progress {
        case .needsMore: return .wait
        case .complete where looksOn:
            state = .looking(nil)
            return .wait
        case .failed(let fault) where looksOn && isHeadOut:
            state = .looking(.unknown(.badAnswer(fault)))
            return .wait
        case .complete:
            // An answer to half a request: what the peer makes of the rest is anybody's guess, so the connection goes.
            let isReusable = isReusable && state == .reading
            state = isReusable ? .idle : .ended
            return .complete(isReusable: isReusable)
        case .failed(let fault): return fail(.badAnswer(fault))
        }
    }

    /// The exchange ends without an answer, or without a better one than the one that was broken.
    mutating func fail(_ reason: UnknownReason) -> Action {
        if case .looking(let failure) = state { return end(failure) }
        defer { state = .ended }
        return .fail(isHeadOut ? .unknown(reason) : .notSent(.interrupted(reason)))
    }

    private mutating func end(_ failure: ExchangeFailure?) -> Action {
        state = .ended
        return failure.map { .fail($0) } ?? .complete(isReusable: false)
    }

    private var isHeadOut: Bool { if case .writing(let sent) = state { sent >= headLength } else { true } }
}
