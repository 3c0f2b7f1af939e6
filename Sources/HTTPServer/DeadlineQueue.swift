internal import EventLoop
internal import Time

/// A binary heap of things that are due at a time. Nothing is cancelled in it: whoever is called looks whether it still matters.
struct DeadlineQueue<Element> {
    private struct Entry {
        var deadline: MonotonicInstant
        var order: UInt64
        var element: Element
    }

    private var heap: [Entry] = []
    private var order: UInt64 = 0

    var nextDeadline: MonotonicInstant? { heap.first?.deadline }

    mutating func insert(_ element: Element, at deadline: MonotonicInstant) {
        order += 1
        heap.append(Entry(deadline: deadline, order: order, element: element))
        var child = heap.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// The next element whose deadline has come, in order of deadline, then of insertion.
    mutating func popDue(_ now: MonotonicInstant) -> Element? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { break }
            let least = left + 1 < heap.count && isBefore(left + 1, left) ? left + 1 : left
            guard isBefore(least, parent) else { break }
            heap.swapAt(least, parent)
            parent = least
        }
        return first.element
    }

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        heap[a].deadline == heap[b].deadline ? heap[a].order < heap[b].order : heap[a].deadline < heap[b].deadline
    }
}
