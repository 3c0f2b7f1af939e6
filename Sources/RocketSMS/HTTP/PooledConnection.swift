internal import Connect
internal import EventLoop
internal import Time

/// One connection: its exchange, if one runs, and the buffers that it keeps for all of them. Lives on the loop.
final class PooledConnection {
    let transport: Transport
    /// No exchange begins after this.
    let retiresAt: MonotonicInstant
    /// Place in the pool's list.
    var slot = 0
    var registration: EventLoop.Registration?
    /// An answer has come on it.
    var hasAnswered = false
    /// Nil while idle.
    private(set) var exchange: Exchange?
    /// When the exchange ends at the latest: its deadline, or a moment after an answer that was cut short.
    private(set) var deadline = MonotonicInstant(nanoseconds: .max)
    /// Closed then, if still idle.
    var idleUntil = MonotonicInstant(nanoseconds: .max)
    private(set) var reader: HTTPResponseReader
    private var machine = ExchangeStateMachine()
    private var request: [UInt8] = []

    init(transport: Transport, retiresAt: MonotonicInstant, limits: HTTPResponseLimits) {
        self.transport = transport
        self.retiresAt = retiresAt
        reader = HTTPResponseReader(limits: limits)
    }

    /// A look at an idle connection: open and silent? TLS 1.3 makes a connection readable (session tickets) without bytes for
    /// us. Bytes that nobody asked for are no answer to what comes next.
    func isStillOpen(scratch: UnsafeMutableRawBufferPointer) -> Bool { transport.receive(into: scratch) == .wouldBlock }

    /// Writes a request: as much as the socket takes.
    ///
    /// - Parameter encode: appends the request and answers the length of its head.
    func begin(_ exchange: Exchange, encode: (Exchange, inout [UInt8]) -> Int) -> ExchangeStateMachine.Action {
        request.removeAll(keepingCapacity: request.capacity <= 32 << 10)
        let headLength = encode(exchange, &request)
        reader.reset()
        machine.begin(headLength: headLength, length: request.count)
        self.exchange = exchange
        deadline = exchange.deadline
        return write()
    }

    /// Whether an exchange runs of which no byte has been taken yet.
    var isUnwritten: Bool { machine.state == .writing(sent: 0) }

    /// Goes on writing.
    func write() -> ExchangeStateMachine.Action {
        while let range = machine.nextWrite {
            switch request.withUnsafeBytes({ transport.send(UnsafeRawBufferPointer(rebasing: $0[range])) }) {
            case .moved(let count): machine.wrote(count)
            case .wouldBlock: return .wait
            case .ended, .failed: return machine.fail(.connectionBroken)
            }
        }
        return .wait
    }

    /// Reads until the answer is whole or the socket is empty.
    ///
    /// - Parameters:
    ///   - shortDeadline: how long the rest of an answer that was whole too early is waited for.
    ///   - looksOn: whether a receipt may follow what has come; asked of an answer that is whole or broken.
    func read(
        scratch: UnsafeMutableRawBufferPointer, shortDeadline: MonotonicInstant,
        looksOn: (borrowing HTTPResponseReader, Exchange) -> Bool
    ) -> ExchangeStateMachine.Action {
        while true {
            let action: ExchangeStateMachine.Action
            switch transport.receive(into: scratch) {
            case .moved(let count):
                let progress = reader.read(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
                let looksOn = progress != .needsMore && !reader.isFull && exchange.map { looksOn(reader, $0) } ?? false
                action = machine.received(progress, isReusable: reader.isReusable, looksOn: looksOn)
                if looksOn, progress == .complete { deadline = min(deadline, shortDeadline) }
            case .wouldBlock: return .wait
            case .ended:
                action = reader.hasBegun ? machine.received(reader.readEnd(), isReusable: false) : machine.fail(.closedByPeer)
            case .failed: action = machine.fail(.connectionBroken)
            }
            if action != .wait { return action }
        }
    }

    /// Ends the exchange for a reason of ours.
    func abort(_ reason: UnknownReason) -> ExchangeStateMachine.Action { machine.fail(reason) }

    /// Takes the exchange off the connection.
    func takeExchange() -> Exchange? {
        defer { exchange = nil }
        return exchange
    }
}
