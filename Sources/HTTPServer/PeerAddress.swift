internal import Glibc

/// Where a client is, without its port. An IPv4 address is the same whichever socket it came by.
struct PeerAddress: Hashable {
    private let high: UInt64
    private let low: UInt64

    /// What cannot be asked for is one address.
    init(of socket: CInt) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        (high, low) = withUnsafeMutablePointer(to: &storage) { pointer in
            let code = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(socket, $0, &length) }
            guard code == 0 else { return (0, 0) }
            let bytes = UnsafeRawPointer(pointer)
            switch CInt(pointer.pointee.ss_family) {
            case AF_INET:
                let address = bytes.load(fromByteOffset: 4, as: UInt32.self)
                return (0, UInt64(UInt32(bigEndian: address)) | 0xFFFF_0000_0000)
            case AF_INET6:
                let high = bytes.load(fromByteOffset: 8, as: UInt64.self)
                let low = bytes.load(fromByteOffset: 16, as: UInt64.self)
                return (UInt64(bigEndian: high), UInt64(bigEndian: low))
            default: return (0, 0)
            }
        }
    }
}
