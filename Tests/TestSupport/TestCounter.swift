internal import Synchronization

/// Something that happens several times; tests wait until it has happened often enough.
package final class TestCounter: Sendable {
    private struct State {
        var count = 0
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    package init() {}

    package var count: Int { state.withLock { $0.count } }

    package func increment() {
        let ready = state.withLock { state in
            state.count += 1
            defer { state.waiters.removeAll { $0.count <= state.count } }
            return state.waiters.filter { $0.count <= state.count }
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    /// Returns when `increment` has been called `count` times in all.
    package func wait(for count: Int) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.count < count { state.waiters.append((count, continuation)) }
                return state.count >= count
            }
            if isReached { continuation.resume() }
        }
    }
}
