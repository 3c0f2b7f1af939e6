internal import Synchronization

/// Initialisations of one transactional name (InitProducerId) that may reach the broker late, of all its producers, one after the other:
/// they got no answer, or nobody waited for it any more. One that comes late fences the producer of then, as a rival would.
package final class LateInitialisations: Sendable {
    private let count = Atomic<Int>(0)

    package init() {}

    package func add() { count.add(1, ordering: .relaxed) }

    /// How many since this was last asked; librdkafka may report one twice. From any thread.
    package func take() -> Int { count.exchange(0, ordering: .relaxed) }
}
