internal import Dispatch
internal import SMSPipeline
internal import Synchronization
internal import Time

/// What becomes of a transaction: decided on its producer's thread, awaited on the other's.
final class CommitFate: TransactionFate, Sendable {
    private enum State {
        static let open = 0
        static let committed = 1
        static let failed = 2
    }

    private let state: Atomic<Int>
    private let decided = DispatchSemaphore(value: 0)

    init() { state = Atomic(State.open) }

    init(isCommitted: Bool) { state = Atomic(isCommitted ? State.committed : State.failed) }

    /// Once.
    func decide(isCommitted: Bool) {
        state.store(isCommitted ? State.committed : State.failed, ordering: .releasing)
        decided.signal()
    }

    /// Waits until it is known; false too where that takes longer.
    func isCommitted(within limit: Duration) -> Bool {
        if state.load(ordering: .acquiring) == State.open { _ = decided.wait(timeout: .now() + .milliseconds(Int(limit.milliseconds))) }
        return state.load(ordering: .acquiring) == State.committed
    }
}
