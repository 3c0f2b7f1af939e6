internal import Requests
package import Time

/// The waiting requests' timers: a binary heap of values, no timer object a request. Outdated ones are recognised when they fire.
package struct WaitTimers {
    private var heap: [(at: MonotonicInstant, timer: WaitTimer)] = []

    package var count: Int { heap.count }
    package var nextDeadline: MonotonicInstant? { heap.first?.at }

    package init() {}

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
        var index = 0
        while true {
            let left = 2 * index + 1
            guard left < heap.count else { break }
            let right = left + 1
            let least = right < heap.count && heap[right].at < heap[left].at ? right : left
            guard heap[least].at < heap[index].at else { break }
            heap.swapAt(index, least)
            index = least
        }
        return first.timer
    }

    /// Timers of ended assignments are dropped in one pass.
    package mutating func removeEnded() {
        let kept = heap.filter { $0.timer.request.assignment.isAlive }
        heap = kept.sorted { $0.at < $1.at }
    }
}
