package import EventLoop

/// A fixture whose state is touched on its loop only; tests reach it by `on` and `until`.
package protocol WatchedOnLoop: AnyObject, Sendable {
    var loop: EventLoop { get }
    var watchers: LoopWatchers<Self> { get }
}

/// Who waits for what about a fixture. Lives on its loop.
package final class LoopWatchers<Fixture: AnyObject>: @unchecked Sendable {
    private var waiting: [(condition: (Fixture) -> Bool, signal: TestSignal)] = []

    package init() {}

    fileprivate func add(_ condition: @escaping (Fixture) -> Bool, _ signal: TestSignal) { waiting.append((condition, signal)) }

    fileprivate func look(at fixture: Fixture) {
        waiting.removeAll { one in
            guard one.condition(fixture) else { return false }
            one.signal.fire()
            return true
        }
    }
}

extension WatchedOnLoop {
    /// Runs on the loop.
    @discardableResult
    package func on<Result: Sendable>(_ body: @escaping @Sendable (Self) -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            loop.execute { continuation.resume(returning: body(self)) }
        }
    }

    /// Returns when the condition holds after something was told.
    package func until(_ condition: @escaping @Sendable (Self) -> Bool) async {
        let signal = TestSignal()
        await on { fixture in
            fixture.watchers.add(condition, signal)
            fixture.look()
        }
        await signal.wait()
    }

    /// Something was told. On the loop.
    package func look() { watchers.look(at: self) }
}
