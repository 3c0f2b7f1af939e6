import EventLoop
import Glibc
import Time

/// Something that a test waits for did not come.
struct TooLate: Error, CustomStringConvertible {
    let description: String
}

/// Asks again and again; `isDone` itself waits for a real event, or asks a broker.
func waitUntil(_ what: String, within limit: Duration = .seconds(30), _ isDone: () throws -> Bool) throws {
    let deadline = MonotonicInstant.now + limit
    while try !isDone() {
        if MonotonicInstant.now > deadline { throw TooLate(description: "\(what) did not come within \(limit)") }
    }
}

/// Names that no other test knows: of groups and transactional ids.
func fresh(_ stem: String) -> String { "\(stem)-\(UInt64.random(in: 0 ... .max))" }

/// Waits for a wake-up of librdkafka's and takes it.
///
/// - Returns: false where none came in time.
func waitReadable(_ descriptor: CInt, _ timeout: Duration) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard Glibc.poll(&entry, 1, CInt(timeout.milliseconds)) > 0 else { return false }
    EventDescriptor.drain(descriptor)
    return true
}
