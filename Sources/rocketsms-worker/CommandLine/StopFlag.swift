internal import Requests
internal import SMSPipeline
internal import Synchronization

/// Set once, by a signal; asked by a thread that works on.
final class StopFlag: Sendable {
    private let isStopped = Atomic<Bool>(false)

    var isSet: Bool { isStopped.load(ordering: .relaxed) }

    func set() { isStopped.store(true, ordering: .relaxed) }
}
