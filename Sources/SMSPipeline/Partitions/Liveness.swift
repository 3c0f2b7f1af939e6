internal import Requests
internal import Synchronization

/// Tells a thread that reads for an assignment when it may stop.
package final class Liveness: Sendable {
    private let alive = Atomic<Bool>(true)

    package init() {}

    package var isAlive: Bool { alive.load(ordering: .relaxed) }

    package func end() { alive.store(false, ordering: .relaxed) }
}
