internal import EventLoop
internal import Glibc
internal import SMPP

/// One connection of a client: octets in and out. Lives on the loop.
final class CentreConnection {
    /// A client that reads nothing is closed at so much.
    private static let outgoingLimit = 4 << 20

    let descriptor: CInt
    var registration: EventLoop.Registration?
    /// The socket may have octets; what it has told once it does not tell again.
    var mayRead = true
    /// What was read is not worked off yet: nothing more is read, so that a client cannot be faster than we are.
    var isBusy = false
    private var decoder = PDUDecoder()
    private var outgoing: [UInt8] = []
    private var written = 0

    init(_ descriptor: CInt) { self.descriptor = descriptor }

    enum Progress { case moved, waits, ended }

    /// Takes what has come, one buffer of it.
    func read(into scratch: UnsafeMutableRawBufferPointer, _ take: (PDUDecoder.Item) -> Void) -> Progress {
        let count = recv(descriptor, scratch.baseAddress, scratch.count, 0)
        if count > 0 {
            decoder.read(UnsafeRawBufferPointer(rebasing: scratch[..<count]), take)
            return .moved
        }
        if count < 0, errno == EAGAIN || errno == EINTR { return .waits }
        return .ended
    }

    /// - Returns: false where the client takes too little.
    func append(_ pdu: PDU, half: Bool = false) -> Bool {
        let begin = outgoing.count
        // What comes from the core was read from PDUs, or is short: it can be written.
        guard (try? pdu.encode(into: &outgoing)) != nil else { return true }
        if half { outgoing.removeLast((outgoing.count - begin) / 2) }
        return outgoing.count - written <= Self.outgoingLimit
    }

    /// - Returns: false where the connection is broken.
    func flush() -> Bool {
        while written < outgoing.count {
            let count = outgoing[written...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { return errno == EAGAIN || errno == EINTR }
            written += count
        }
        written = 0
        outgoing.removeAll(keepingCapacity: outgoing.capacity <= 64 << 10)
        return true
    }
}
