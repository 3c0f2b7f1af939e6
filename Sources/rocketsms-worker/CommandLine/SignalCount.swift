internal import Requests
internal import SMSPipeline
internal import Synchronization

/// Tells the first call from later ones.
final class SignalCount: Sendable {
    private let isTaken = Atomic<Bool>(false)

    func isFirst() -> Bool { !isTaken.exchange(true, ordering: .relaxed) }
}
