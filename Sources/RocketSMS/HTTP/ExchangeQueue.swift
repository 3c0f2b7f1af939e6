internal import EventLoop
internal import Time

/// Exchanges in the order in which they came.
struct ExchangeQueue {
    private var items: [Exchange] = []
    /// Items before this are taken.
    private var first = 0

    var count: Int { items.count - first }
    var isEmpty: Bool { items.count == first }

    mutating func append(_ exchange: Exchange) { items.append(exchange) }

    mutating func popFirst() -> Exchange? {
        guard !isEmpty else { return nil }
        defer {
            first += 1
            if first == items.count {
                items.removeAll(keepingCapacity: true)
                first = 0
            } else if first >= 256, first * 2 >= items.count {
                items.removeFirst(first)
                first = 0
            }
        }
        return items[first]
    }

    mutating func removeAll() -> [Exchange] {
        defer {
            items = []
            first = 0
        }
        return Array(items[first...])
    }

    /// Takes out those whose deadline has come.
    mutating func removeAll(due now: MonotonicInstant) -> [Exchange] {
        guard items[first...].contains(where: { $0.deadline <= now }) else { return [] }
        let due = items[first...].filter { $0.deadline <= now }
        items = items[first...].filter { $0.deadline > now }
        first = 0
        return due
    }

    var earliestDeadline: MonotonicInstant? { items[first...].min { $0.deadline < $1.deadline }?.deadline }
}
