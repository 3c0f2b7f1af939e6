internal import Requests

/// Requests of one lane that could begin now, and those whose intent is committed and that wait for a slot.
///
/// Both queues may hold requests that have moved on since (their `place` says so), or whose partition is being given back: they are
/// skipped when their turn comes.
package struct Lane {
    package var runnable = Queue<Request>()
    package var stock = Queue<Request>()

    package init() {}

    package mutating func nextRunnable() -> Request? {
        while let request = runnable.first {
            if Self.isRunnable(request) { return request }
            _ = runnable.popFirst()
        }
        return nil
    }

    private static func isRunnable(_ request: Request) -> Bool {
        request.place == .runnable && request.assignment.isAlive && request.assignment.phase == .open
    }

    /// Lets go of requests that have expired or were cancelled behind one that must wait.
    ///
    /// - Parameter living: how many can be runnable at most.
    package mutating func compact(living: Int) {
        guard runnable.count > 2 * living + 1_024 else { return }
        runnable.removeAll { !Self.isRunnable($0) }
    }

    package mutating func nextInStock() -> Request? {
        while let request = stock.first {
            if request.place == .stock, request.assignment.isAlive { return request }
            _ = stock.popFirst()
        }
        return nil
    }
}
