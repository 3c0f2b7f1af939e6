internal import EventLoop
internal import Kafka
internal import Synchronization
internal import Time

/// One producer, and the thread that makes its calls.
final class ProducerThread: Sendable {
    /// 0 or 1.
    let number: Int
    private let thread: WorkThread
    private let slot: Slot
    /// Nanoseconds of `MonotonicInstant`; 0 while no work is under way.
    private let overdueAt = Atomic<Int64>(0)

    /// The thread's own: touched in `submit`ted work only, one item at a time.
    private final class Slot: @unchecked Sendable {
        /// Nil: it is to be made anew, and could not be yet.
        var producer: TransactionalProducer?
        let make: @Sendable (Int) throws(KafkaError) -> TransactionalProducer

        init(_ producer: TransactionalProducer, _ make: @escaping @Sendable (Int) throws(KafkaError) -> TransactionalProducer) {
            self.producer = producer
            self.make = make
        }
    }

    /// Makes the first producer; blocks.
    init(_ number: Int, _ make: @escaping @Sendable (Int) throws(KafkaError) -> TransactionalProducer) throws(KafkaError) {
        self.number = number
        slot = Slot(try make(number), make)
        do {
            thread = try WorkThread(name: "committer-\(number)")
        } catch {
            throw KafkaError(local: "no thread for the committer: \(error)")
        }
    }

    func submit(_ work: @escaping @Sendable () -> Void) { thread.submit(work) }

    /// The thread's last work.
    func finish(_ last: @escaping @Sendable () -> Void) { thread.finish(last) }

    // MARK: On the thread

    var producer: TransactionalProducer? { slot.producer }

    func existing() throws(KafkaError) -> TransactionalProducer {
        guard let producer = slot.producer else { throw KafkaError(local: "the producer has not been made anew") }
        return producer
    }

    /// Every request of its earlier transactions was answered.
    var mayBegin: Bool { slot.producer.map { $0.unansweredRequests == 0 } ?? false }

    /// The old one goes first: it must not send anything after its successor's initialisation.
    func renew() throws(KafkaError) {
        destroy()
        slot.producer = try slot.make(number)
    }

    func destroy() {
        slot.producer?.destroy()
        slot.producer = nil
    }

    func expectEnd(within limit: Duration) { overdueAt.store((MonotonicInstant.now + limit).nanoseconds, ordering: .relaxed) }

    func hasEnded() { overdueAt.store(0, ordering: .relaxed) }

    // MARK: From any thread

    func isOverdue(at now: MonotonicInstant) -> Bool {
        let deadline = overdueAt.load(ordering: .relaxed)
        return deadline != 0 && now.nanoseconds > deadline
    }
}
