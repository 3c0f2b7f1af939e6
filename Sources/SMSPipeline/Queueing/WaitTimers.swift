internal import Requests
package import Time

/// A moment at which a waiting request is to be looked at again.
package struct WaitTimer {
    package enum Kind {
        /// Backoff or schedule are over.
        case due
        /// `expiresAt` or `SEND_MAX_AGE` may have passed.
        case expiry
    }

    package let request: PendingRequest
    package let generation: UInt32
    package let kind: Kind

    package init(request: PendingRequest, generation: UInt32, kind: Kind) {
        self.request = request
        self.generation = generation
        self.kind = kind
    }
}

/// The waiting requests' timers: a binary heap of values, no timer object a request. Outdated ones are recognised when they fire, and let
/// go before that where they are many: a timer keeps its request in memory.
package struct WaitTimers {
    private var heap: [(at: MonotonicInstant, timer: WaitTimer)] = []

    package init() {}

    package var count: Int { heap.count }
    package var nextDeadline: MonotonicInstant? { heap.first?.at }

    package mutating func insert(_ timer: WaitTimer, at deadline: MonotonicInstant) {
        heap.append((deadline, timer))
        var index = heap.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard heap[index].at < heap[parent].at else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    package mutating func popDue(_ now: MonotonicInstant) -> WaitTimer? {
        guard let first = heap.first, first.at <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown(0)
        return first.timer
    }

    /// Drops those of requests that do not wait any more, when they outnumber the others.
    package mutating func compact(waiting: Int) {
        guard heap.count > 3 * waiting + 64 else { return }
        heap.removeAll { !Self.isWanted($0.timer) }
        for index in stride(from: heap.count / 2, through: 0, by: -1) where index < heap.count { siftDown(index) }
    }

    private static func isWanted(_ timer: WaitTimer) -> Bool {
        let request = timer.request
        guard request.place.isWaiting, request.assignment.isAlive else { return false }
        return timer.kind == .expiry || (request.place == .timer && request.timerGeneration == timer.generation)
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            let left = 2 * index + 1
            guard left < heap.count else { return }
            let right = left + 1
            let least = right < heap.count && heap[right].at < heap[left].at ? right : left
            guard heap[least].at < heap[index].at else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
