import Glibc

/// Fills what the kernels hold for every open connection of this process to a local port whose peer does not read, so that the next write
/// to it blocks.
///
/// - Returns: the bytes that went in.
func fillSockets(to port: Int) -> Int {
    var count = 0
    for descriptor in 3..<min(getdtablesize(), 65_536) where peerPort(of: descriptor) == port {
        // Twice without an acknowledgement under way: the peer's buffer is full too, and nothing makes room any more.
        var quiet = 0
        while quiet < 2 {
            let sent = fill(descriptor)
            count += sent
            quiet = sent == 0 && hasStopped(descriptor) ? quiet + 1 : 0
        }
    }
    return count
}

private func fill(_ descriptor: CInt) -> Int {
    let bytes = [UInt8](repeating: UInt8(ascii: "\n"), count: 64 << 10)
    var count = 0
    while true {
        let sent = send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
        guard sent > 0 else { return count }
        count += sent
    }
}

/// Bytes wait and none is on its way: the peer's window is shut.
private func hasStopped(_ descriptor: CInt) -> Bool {
    var info = tcp_info()
    var length = socklen_t(MemoryLayout<tcp_info>.size)
    var waiting: CInt = 0
    guard getsockopt(descriptor, CInt(IPPROTO_TCP), TCP_INFO, &info, &length) == 0, ioctl(descriptor, UInt(TIOCOUTQ), &waiting) == 0 else {
        return true
    }
    return info.tcpi_unacked == 0 && waiting > 0
}

/// Drops what `fillSockets` put in; whether anything else came before the end of the stream.
func readsMoreThanFilling(from descriptor: CInt) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        if buffer[..<count].contains(where: { $0 != UInt8(ascii: "\n") }) { return true }
    }
}

private func peerPort(of descriptor: CInt) -> Int? {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
    }
    return result == 0 && address.sin_family == sa_family_t(AF_INET) ? Int(UInt16(bigEndian: address.sin_port)) : nil
}
