internal import Time

/// Identifies a timer of one loop; never reused.
package struct TimerID: Hashable, Sendable {
    let sequence: UInt64
}

/// Timers by deadline. Cancelling drops the body at once and leaves an empty heap entry until its deadline, or until
/// more than half of the entries are empty.
struct TimerHeap {
    private struct Entry {
        var deadline: MonotonicInstant
        var sequence: UInt64
    }

    private var heap: [Entry] = []
    private var bodies: [UInt64: () -> Void] = [:]
    private var sequence: UInt64 = 0

    var nextDeadline: MonotonicInstant? { heap.first?.deadline }

    mutating func insert(deadline: MonotonicInstant, _ body: @escaping () -> Void) -> TimerID {
        sequence += 1
        bodies[sequence] = body
        heap.append(Entry(deadline: deadline, sequence: sequence))
        siftUp(heap.count - 1)
        return TimerID(sequence: sequence)
    }

    mutating func cancel(_ timer: TimerID) {
        guard bodies.removeValue(forKey: timer.sequence) != nil else { return }
        if heap.count > 64, bodies.count < heap.count / 2 {
            heap.removeAll { bodies[$0.sequence] == nil }
            for index in stride(from: heap.count / 2, through: 0, by: -1) where index < heap.count { siftDown(index) }
        }
    }

    /// The next body whose deadline has come, in order of deadline, then of insertion.
    mutating func popDue(_ now: MonotonicInstant) -> (() -> Void)? {
        while let first = heap.first, first.deadline <= now {
            heap.swapAt(0, heap.count - 1)
            heap.removeLast()
            siftDown(0)
            if let body = bodies.removeValue(forKey: first.sequence) { return body }
        }
        return nil
    }

    private func isBefore(_ a: Entry, _ b: Entry) -> Bool { a.deadline == b.deadline ? a.sequence < b.sequence : a.deadline < b.deadline }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard isBefore(heap[index], heap[parent]) else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            let left = 2 * index + 1
            guard left < heap.count else { return }
            let right = left + 1
            let least = right < heap.count && isBefore(heap[right], heap[left]) ? right : left
            guard isBefore(heap[least], heap[index]) else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
