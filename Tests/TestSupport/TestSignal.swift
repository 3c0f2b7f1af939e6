internal import Synchronization

/// Something that happens once and can be waited for: what tests use instead of sleeping.
package final class TestSignal: Sendable {
    private struct State {
        var isFired = false
        var isCancelled = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    package init() {}

    package var isFired: Bool { state.withLock { $0.isFired } }

    package func fire() { letGo { $0.isFired = true } }

    /// Returns when `fire` has been called, at once if it was before; also when the task is cancelled, which is what a test's time limit
    /// does: it has recorded the failure then.
    package func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    let isOver = state.isFired || state.isCancelled
                    if !isOver { state.waiters.append(continuation) }
                    return isOver
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            letGo { $0.isCancelled = true }
        }
    }

    private func letGo(_ change: (inout State) -> Void) {
        let waiters = state.withLock { state in
            change(&state)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
