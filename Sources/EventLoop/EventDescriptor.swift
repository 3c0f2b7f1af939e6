internal import CLinux
internal import Glibc

/// An eventfd that somebody else writes to (a C library's wake-up), to be registered with a loop.
package enum EventDescriptor {
    package static func make() throws(EventLoopError) -> CInt {
        let descriptor = eventfd(0, CInt(rs_EFD_CLOEXEC | rs_EFD_NONBLOCK))
        guard descriptor >= 0 else { throw EventLoopError(call: "eventfd", errno: errno) }
        return descriptor
    }

    /// Takes all wake-ups that have come.
    package static func drain(_ descriptor: CInt) {
        var value: UInt64 = 0
        _ = Glibc.read(descriptor, &value, 8)
    }

    package static func close(_ descriptor: CInt) { _ = Glibc.close(descriptor) }
}
