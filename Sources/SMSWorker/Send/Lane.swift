/// Requests of one lane that could begin now, and those whose intent is committed and that wait for a slot.
///
/// Both queues may hold requests that have moved on since (their `place` says so): they are skipped when their turn comes.
struct Lane {
    var runnable = Queue<Request>()
    var stock = Queue<Request>()

    mutating func nextRunnable() -> Request? {
        while let request = runnable.first {
            if request.place == .runnable, request.assignment.isAlive { return request }
            _ = runnable.popFirst()
        }
        return nil
    }

    mutating func nextInStock() -> Request? {
        while let request = stock.first {
            if request.place == .stock, request.assignment.isAlive { return request }
            _ = stock.popFirst()
        }
        return nil
    }
}
