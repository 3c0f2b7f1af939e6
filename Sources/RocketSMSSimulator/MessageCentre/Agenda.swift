internal import EventLoop
internal import Time

/// What is to happen later, by time; at one time in the order in which it was added.
struct Agenda<Item: Sendable>: Sendable {
    private var heap: [(at: WallTime, number: Int, item: Item)] = []
    private var number = 0

    var count: Int { heap.count }
    var next: WallTime? { heap.first?.at }

    mutating func add(_ item: Item, at time: WallTime) {
        number += 1
        heap.append((time, number, item))
        var index = heap.count - 1
        while index > 0, isBefore(index, (index - 1) / 2) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    /// The next that is due by now.
    mutating func take(at now: WallTime) -> Item? {
        guard let first = heap.first, first.at <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && isBefore(child, least) { least = child }
            guard least != index else { return first.item }
            heap.swapAt(index, least)
            index = least
        }
    }

    private func isBefore(_ a: Int, _ b: Int) -> Bool { (heap[a].at, heap[a].number) < (heap[b].at, heap[b].number) }
}
