internal import EventLoop
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import Synchronization
internal import Time

/// One attempt to make a session, on a thread of its own: a call that never returns leaves this attempt behind and no other.
final class SessionOpening: Sendable {
    private let isAbandoned = Atomic<Bool>(false)
    /// Nanoseconds of `MonotonicInstant`; 0 before the first call and after the last.
    private let overdueAt = Atomic<Int64>(0)

    /// Runs `body` on the new thread.
    ///
    /// - Throws: `EventLoopError` when the system gives no thread.
    static func begin(_ body: @escaping @Sendable (SessionOpening) -> Void) throws(EventLoopError) -> SessionOpening {
        let opening = SessionOpening()
        let thread = try WorkThread(name: "kafka-opener")
        thread.finish {
            body(opening)
            opening.overdueAt.store(0, ordering: .relaxed)
        }
        return opening
    }

    /// Before each blocking call: it is overdue after three times its own timeout.
    ///
    /// - Throws: where the opening was given up meanwhile: its producers would fence those of the one that follows it.
    func expectEnd(of timeout: Duration) throws(KafkaError) {
        guard !isAbandoned.load(ordering: .relaxed) else { throw KafkaError(failed: "the opening was given up") }
        overdueAt.store((MonotonicInstant.now + timeout * 3).nanoseconds, ordering: .relaxed)
    }

    /// From any thread.
    func isOverdue(at now: MonotonicInstant) -> Bool {
        let deadline = overdueAt.load(ordering: .relaxed)
        return deadline != 0 && now.nanoseconds > deadline
    }

    /// From any thread.
    func abandon() { isAbandoned.store(true, ordering: .relaxed) }
}
