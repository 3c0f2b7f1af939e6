import Glibc

/// Two connected sockets: `ours` is watched, `theirs` is the peer. Both do not block.
struct SocketPair: Sendable {
    let ours: CInt
    let theirs: CInt

    init() {
        var pair: [CInt] = [-1, -1]
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        precondition(socketpair(AF_UNIX, type, 0, &pair) == 0)
        (ours, theirs) = (pair[0], pair[1])
    }

    func peerWrites() { _ = write(theirs, "x", 1) }

    func peerHalfCloses() { shutdown(theirs, CInt(SHUT_WR)) }

    /// Reads until the call would block, as an edge-triggered handler must.
    ///
    /// - Returns: how many bytes there were.
    func drain() -> Int {
        var buffer = [UInt8](repeating: 0, count: 64)
        var total = 0
        while true {
            let count = read(ours, &buffer, buffer.count)
            guard count > 0 else { return total }
            total += count
        }
    }

    func close() {
        Glibc.close(ours)
        Glibc.close(theirs)
    }
}
