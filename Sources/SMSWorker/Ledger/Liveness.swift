internal import Synchronization

/// Tells a thread that reads for an assignment when it may stop.
final class Liveness: Sendable {
    private let alive = Atomic<Bool>(true)

    var isAlive: Bool { alive.load(ordering: .relaxed) }

    func end() { alive.store(false, ordering: .relaxed) }
}
