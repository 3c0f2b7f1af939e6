internal import Connect
internal import EventLoop
internal import Time

/// One connection of a link, and the session on it. Lives on the loop.
final class LinkConnection {
    let transport: Transport
    var registration: EventLoop.Registration?
    var session: Session
    /// Nil until bound.
    var boundAt: MonotonicInstant?
    private var decoder = PDUDecoder()

    init(_ transport: Transport, _ session: Session) {
        self.transport = transport
        self.session = session
    }

    enum Progress: Equatable {
        case moved
        case waits
        case ended
    }

    /// Hands over what is to be written, as much as the socket takes.
    func write(at now: MonotonicInstant) -> Progress {
        while session.hasOctets {
            switch session.withOctets({ transport.send($0) }) {
            case .moved(let count): session.wrote(count, at: now)
            case .wouldBlock: return .waits
            case .ended, .failed: return .ended
            }
        }
        return .moved
    }

    /// Takes what has come, one buffer of it.
    func read(scratch: UnsafeMutableRawBufferPointer, at now: MonotonicInstant) -> Progress {
        switch transport.receive(into: scratch) {
        case .moved(let count):
            decoder.read(UnsafeRawBufferPointer(rebasing: scratch[..<count])) { session.received($0, at: now) }
            return .moved
        case .wouldBlock: return .waits
        case .ended, .failed: return .ended
        }
    }
}
